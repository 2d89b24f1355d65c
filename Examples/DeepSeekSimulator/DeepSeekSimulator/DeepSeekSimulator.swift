internal import PlatformCore
internal import ServerCore

/// A server that speaks the DeepSeek API and makes its answers up: for trials without an account, and for tests.
///
/// ```swift
/// let simulator = DeepSeekSimulator(.init(listen: "127.0.0.1:0"))
/// let address = try simulator.bind()           // "127.0.0.1:40123"
/// async let running: Void = simulator.run()
/// let client = DeepSeekClient(apiKey: "any", configuration: .init(baseURL: "http://\(address)"))
/// ```
///
/// It answers `POST /chat/completions` and `POST /completions` (also under `/v1` and `/beta`), streamed or whole, thinking
/// first unless told not to, with keep-alive comments; `GET /models` and `GET /user/balance`. An answer says plainly that
/// it is simulated, quotes the question's nonce (`nonce-…` in it, or a hash of it) and counts the messages received;
/// `Configuration.script` gives others. What shall go wrong is asked for in the question itself, in double brackets:
/// `[[error 429]]`, `[[cut]]`, `[[stall]]`; `faults` lists them all. What was received is kept: `requests`, and for other
/// processes `GET /recorded`.
public final class DeepSeekSimulator: Sendable {
    private let configuration: Configuration
    private let desk: Desk
    private let server: HTTPServer

    /// A simulator; nothing happens before `bind` or `run`.
    public init(_ configuration: Configuration = .init()) {
        self.configuration = configuration
        let desk = Desk(configuration)
        self.desk = desk
        var http = HTTPServer.Configuration(listen: configuration.listen)
        http.limits.body = 64 << 20
        http.drainTimeout = .milliseconds(500)
        server = HTTPServer(http) { await desk.answer($0) }
    }

    /// Takes the port, so that it is known; returns the address, such as `127.0.0.1:8000`.
    ///
    /// Throws what the system says when the address cannot be read or taken.
    @discardableResult
    public func bind() throws -> String {
        try server.bind()
        return server.addresses.first ?? configuration.listen
    }

    /// Serves until the task is cancelled; answers under way are broken off half a second later.
    ///
    /// Throws only at the start, as `bind`.
    public func run() async throws {
        try await server.run()
    }

    /// How many answers are being given now.
    public var openStreams: Int { desk.records.openStreams }

    /// How many requests were received, all paths together but `/recorded`.
    public var received: Int { desk.records.received }

    /// The latest thousand of them (or 32 MiB), oldest first, those answered with an error too.
    public var requests: [RecordedRequest] { desk.records.requests }

    /// What of them asked for a completion.
    public var questions: [Question] { requests.compactMap(\.question) }
}
