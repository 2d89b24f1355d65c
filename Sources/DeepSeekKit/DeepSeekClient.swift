internal import PlatformCore

/// Talks to the DeepSeek API, or to any server of the same shape: a question in, the answer streamed out.
///
/// ```swift
/// let deepseek = DeepSeekClient(apiKey: key)
/// for try await event in deepseek.stream(.init(model: "deepseek-flash", messages: [.user("Why is the sky blue?")])) {
///     if case .content(let text) = event { print(text, terminator: "") }
/// }
/// ```
///
/// A stream ends in one of two ways: with a `finish` event, or with a `DeepSeekError`; a stall, a cut connection and an
/// answer without an end are errors that carry what had arrived. The key goes nowhere but to the base URL: redirects
/// are not followed, and plain http is refused beyond this machine.
///
/// Cost: one thread and one pool of connections per `CurlTransport`; make one client and share it. Keeps no
/// history.
public struct DeepSeekClient: Sendable {
    let configuration: Configuration
    let transport: any HTTPTransport
    let apiKey: String
    let clock = ContinuousClock()

    /// A client for one account.
    ///
    /// Nothing is sent or checked yet; `validate` checks what was given here.
    ///
    /// - Parameters:
    ///   - apiKey: the account's key; empty for a server that wants none.
    ///   - configuration: the server, the time-outs, the retries.
    ///   - transport: what carries the bytes; libcurl unless a test scripts it, or several clients share one.
    public init(
        apiKey: String,
        configuration: Configuration = .init(),
        transport: (any HTTPTransport)? = nil
    ) {
        self.apiKey = apiKey
        self.configuration = configuration
        self.transport = transport ?? CurlTransport()
    }

    /// The answer piece by piece.
    ///
    /// The request is sent when the first piece is asked for. A consumer that is slow slows the transfer down, nothing
    /// piles up; one that stops (leaves the loop, or whose task is cancelled) closes the connection at once.
    public func stream(_ request: ChatCompletionRequest) -> ChatCompletionStream {
        ChatCompletionStream(client: self, request: request)
    }

    /// What fills the gap, piece by piece, as `content`.
    public func stream(_ request: FIMCompletionRequest) -> ChatCompletionStream {
        ChatCompletionStream(client: self, request: request)
    }

    /// The whole answer at once.
    ///
    /// For people who wait, `stream` is better: they see the first words after a second.
    public func complete(_ request: ChatCompletionRequest) async throws(DeepSeekError) -> ChatCompletion {
        try await answer(request)
    }

    /// What fills the gap, whole; it may be nothing.
    public func complete(_ request: FIMCompletionRequest) async throws(DeepSeekError) -> ChatCompletion {
        try await answer(request)
    }

    /// Checks the configuration without sending anything: throws `.invalidRequest` with the reason.
    public func validate() throws(DeepSeekError) {
        _ = try endpoint(isBeta: false)
        _ = try endpoint(isBeta: true)
    }

    private func answer(_ request: any APIRequest) async throws(DeepSeekError) -> ChatCompletion {
        var call = Call(client: self, request: request, isStreaming: false)
        let answer = try await call.run { (body) throws(DeepSeekError) in
            try ChatCompletion(reading: body, mayBeEmpty: request.mayAnswerEmpty)
        }
        call.reportFinished(answer.usage)
        return answer
    }

    /// What no error may hold: the key, and headers that by their names are keys too.
    var secrets: [String] {
        let names = ["key", "auth", "token", "secret"]
        let values = configuration.additionalHeaders.filter { header in
            names.contains { header.key.lowercased().contains($0) }
        }
        return [apiKey] + values.map(\.value)
    }

    /// The server's address, or that of what is in beta.
    func endpoint(isBeta: Bool) throws(DeepSeekError) -> Endpoint {
        let texts = [apiKey] + configuration.additionalHeaders.flatMap { [$0.key, $0.value] }
        // A line break in a header would begin another one.
        guard texts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }) else {
            throw DeepSeekError(.invalidRequest, "the API key or an additional header has a control character in it")
        }
        for name in configuration.additionalHeaders.keys where !name.isHeaderName || name.framesBody {
            let reason = name.isHeaderName ? "is the client's own" : "is no name of a header"
            throw DeepSeekError(.invalidRequest, "additionalHeaders: \"\(name)\" \(reason)")
        }
        let usual = try Endpoint(configuration.baseURL, carriesKey: !apiKey.isEmpty)
        guard isBeta else { return usual }
        return try Endpoint(configuration.betaBaseURL ?? usual.betaBase, carriesKey: !apiKey.isEmpty)
    }
}

extension String {
    /// RFC 9110 5.6.2: a token.
    fileprivate var isHeaderName: Bool {
        !isEmpty
            && utf8.allSatisfy {
                ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "!#$%&'*+-.^_`|~".utf8.contains($0)
            }
    }

    /// Whether another value than the client's would make the server read another body.
    fileprivate var framesBody: Bool {
        ["content-length", "transfer-encoding", "connection", "expect", "upgrade", "te"].contains(lowercased())
    }
}

extension Endpoint {
    /// Where DeepSeek has what is in beta: beside its `/v1`, below its root.
    ///
    /// Other servers' `/v1` is all they have.
    fileprivate var betaBase: String {
        let lowered = base.lowercased()
        if lowered.hasSuffix("/beta") { return base }
        guard lowered.hasSuffix("/v1") else { return base + "/beta" }
        return lowered == "https://api.deepseek.com/v1" ? base.dropLast(3) + "/beta" : base
    }
}
