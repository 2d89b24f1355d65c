// GatewayKit in a program of your own: pages open sockets, and any thread of the program pushes to them.
//
//     gateway-only [ADDRESS [REGISTER]]        swift run gateway-only 127.0.0.1:8282
//
// Then, in a browser's console:
//
//     socket = new WebSocket("ws://127.0.0.1:8282/?user=ann&room=lobby"); socket.onmessage = (m) => console.log(m.data)
//     socket.send("hello")
//
// Every socket hears what is said in its room, and once a second a tick from the thread at the end of this file. With
// REGISTER (127.0.0.1:1236) other programs push too: see PushFromAnywhere.

import Foundation
import GatewayKit

/// What this program does with its sockets.
///
/// There is one for each event loop, called on that loop only: no locks.
final class Rooms: GatewayHandler {
    private let push: LocalGatewayClient

    init(push: LocalGatewayClient) { self.push = push }

    /// Asked before there is a socket.
    ///
    /// A real site looks at its session cookie here: `request.cookie("session")`.
    func upgrade(_ request: UpgradeRequest) -> UpgradeDecision {
        guard let user = request.queryValue("user"), !["", "0"].contains(user) else {
            return .refuse(status: 401, reason: "say who you are: /?user=NAME&room=NAME\n")
        }
        return .accept()
    }

    func opened(_ client: Client, request: UpgradeRequest) {
        client.bind(uid: request.queryValue("user") ?? "")
        client.join(group: request.queryValue("room") ?? "lobby")
        client.send("welcome \(client.uid ?? ""), this is \(client.groups.joined())")
    }

    /// The text is lent for the time of this call; what is to stay is copied.
    func text(_ text: UTF8Span, from client: Client) {
        let line = "\(client.uid ?? ""): \(String(copying: text))"
        for room in client.groups { try? push.post(.text(line), to: .group(room)) }
    }
}

let arguments = Array(CommandLine.arguments.dropFirst())
let address = arguments.first ?? "127.0.0.1:8282"
let register = arguments.dropFirst().first

/// Prints a line at once, also into a pipe.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

var configuration = Gateway.Configuration(listen: address)
if let register {
    configuration.innerListen = "127.0.0.1:0"  // where other programs' pushes come in
    configuration.registers = [register]
}
configuration.onEvent = { event in
    if case .registered(let register) = event { say("known to the Register at \(register)") }
}
let gateway = Gateway(configuration) { loop in Rooms(push: loop.client) }

try await withThrowingTaskGroup(of: Void.self) { group in
    // One Register for all gateways of a site; here it runs in the same program.
    if let register {
        group.addTask { try await Register(.init(listen: register)).run() }
    }
    // Everything long-running is `run()`, which serves until its task is cancelled.
    group.addTask { try await gateway.run() }
    say("ws://\(try await gateway.listeningAddress())/")

    // A thread that knows nothing of Swift's concurrency: `post` never waits. From async code it is
    // `try await gateway.client.send(…)`.
    Thread.detachNewThread {
        for number in 1... {
            do {
                try gateway.client.post(.text("tick \(number)"), to: .all)
            } catch {
                return  // the gateway has ended
            }
            Thread.sleep(forTimeInterval: 1)
        }
    }
    try await group.waitForAll()
}
