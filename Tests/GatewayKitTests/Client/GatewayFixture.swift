import GatewayKit
import Synchronization
import TestSupport

/// Something else came than was to come.
struct Unexpected: Error, CustomStringConvertible {
    let description: String
}

/// Gateways with the default handler, and a client of them: what the promises of `GatewayClient` are checked on.
final class GatewayFixture: Sendable {
    /// A socket and its name.
    struct Socket: Sendable {
        let client: WebSocketClient
        let id: ClientID
    }

    let client: any GatewayClient
    /// Where sockets connect, one address per gateway.
    let urls: [String]
    /// What a socket may see when it is closed.
    let ends: [WebSocketClient.Incoming]
    private let opened = Atomic<Int>(0)

    init(client: any GatewayClient, urls: [String], ends: [WebSocketClient.Incoming] = [.close(1000, "")]) {
        self.client = client
        self.urls = urls
        self.ends = ends
    }

    /// Opens a socket; with an index at that gateway, else at the gateways in turn.
    func open(_ index: Int? = nil) async throws -> Socket {
        let index = index ?? opened.wrappingAdd(1, ordering: .relaxed).oldValue
        return try await Self.open(urls[index % urls.count])
    }

    /// Opens some sockets, one after the other; with an index all at that gateway, else at the gateways in turn.
    func open(count: Int, at index: Int? = nil) async throws -> [Socket] {
        var sockets: [Socket] = []
        for number in 0..<count { sockets.append(try await open(index ?? number)) }
        return sockets
    }

    /// Opens a socket and reads its name from the greeting.
    static func open(_ url: String) async throws -> Socket {
        let client = try await WebSocketClient.connect(url)
        let greeting = try await client.nextText()
        guard let id = ClientID(clientID(in: greeting)) else {
            throw Unexpected(description: "a greeting with a client_id was to come, not \(greeting)")
        }
        return Socket(client: client, id: id)
    }

    /// Sends a mark to each and expects it to be the next thing that comes.
    func expectNothing(for sockets: [Socket]) async throws {
        try await client.send("mark", to: .clients(sockets.map(\.id)))
        for socket in sockets {
            let text = try await socket.client.nextText()
            guard text == "mark" else { throw Unexpected(description: "nothing was to come, not \(text)") }
        }
    }

    private static func clientID(in greeting: String) -> Substring {
        let marker = #""client_id":""#
        var rest = greeting[...]
        while !rest.isEmpty, !rest.hasPrefix(marker) { rest = rest.dropFirst() }
        return rest.dropFirst(marker.count).prefix { $0 != "\"" }
    }
}

/// Runs a gateway while `body` runs; it has drained when this returns.
func withGateway<Result: Sendable>(
    _ gateway: Gateway = Gateway(.init(listen: "127.0.0.1:0")),
    _ body: @Sendable (_ gateway: Gateway, _ url: String) async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await gateway.run() }
        defer { group.cancelAll() }
        let url = try await "ws://\(gateway.listeningAddress())/"
        let result = try await body(gateway, url)
        group.cancelAll()
        try await group.waitForAll()
        return result
    }
}
