// Pushes to a user's sockets from a process that holds none of them: a cron job, a worker, another server.
//
//     swift run gateway-only 127.0.0.1:8282 127.0.0.1:1236      in one terminal
//     swift run push-from-anywhere 127.0.0.1:1236 ann "hello"   in another
//
// The Register tells where the gateways are, however many: ours or those of PHP's GatewayWorker. Beyond one machine all
// of them share a secret, which is in HAWK_SECRET here.

import Foundation
import GatewayKit

let arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count == 3 else {
    FileHandle.standardError.write(Data("use: push-from-anywhere REGISTER USER TEXT\n".utf8))
    exit(2)
}
let (register, user, text) = (arguments[0], arguments[1], arguments[2])

let secret = ProcessInfo.processInfo.environment["HAWK_SECRET"] ?? ""
let gateways = RemoteGatewayClient(.init(registers: [register], secret: secret))

do {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await gateways.run() }  // holds the connections; a server keeps it for its whole life

        let sockets = try await gateways.clients(ofUid: user).count
        let delivery = try await gateways.send(text, to: .uid(user))
        // A send says which gateways took it; this waits until they have done it.
        try await gateways.confirm()
        print("sent to \(sockets) of \(user)'s sockets, by \(delivery.gatewaysReached) gateways")
        group.cancelAll()
    }
} catch {
    FileHandle.standardError.write(Data("push-from-anywhere: \(error)\n".utf8))
    exit(1)
}
