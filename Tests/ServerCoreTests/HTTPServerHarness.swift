import PlatformCore
import ServerCore
import TestSupport

/// A server that runs for the time of a closure, and is drained behind it.
func withServer(
    _ settings: HTTPServer.Configuration = .make(),
    events: Lock<[HTTPServerEvent]> = Lock([]),
    respond: @escaping HTTPServer.Responder,
    _ body: (_ address: String, _ server: Task<Void, any Error>) async throws -> Void
) async throws {
    var configuration = settings
    configuration.events = { event in events.withLock { $0.append(event) } }
    let server = HTTPServer(configuration, respond: respond)
    try server.bind()
    let address = server.addresses[0]
    let task = Task { try await server.run() }
    do {
        try await body(address, task)
    } catch {
        task.cancel()
        throw error
    }
    task.cancel()
    try await within(.seconds(60), "the drained server") { try await task.value }
}

extension HTTPServer.Configuration {
    /// A server on a free port, with what the test changes.
    static func make(_ change: (inout Self) -> Void = { _ in }) -> Self {
        var configuration = Self(listen: "127.0.0.1:0")
        change(&configuration)
        return configuration
    }
}

/// Answers with what it was asked.
let echo: HTTPServer.Responder = { request in
    HTTPResponse(
        status: 200,
        headers: ["Content-Type": "text/plain", "X-Peer": request.peerAddress],
        body: .bytes(Array("\(request.method) \(request.path) \(request.query)|".utf8) + request.body)
    )
}

/// A response without the fields that differ from run to run.
func withoutDate(_ response: String) -> String {
    response.split(separator: "\r\n", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("Date: ") && !$0.hasPrefix("X-Peer: ") }.joined(separator: "\r\n")
}
