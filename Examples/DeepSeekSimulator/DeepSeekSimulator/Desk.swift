internal import PlatformCore
internal import ServerCore

/// Where requests are looked at: which are refused, which fail as they ask to, which are answered.
final class Desk: Sendable {
    private struct State {
        var questions: [Question] = []
        /// How often each question has come, for faults that hold a few times only.
        var seen: [String: Int] = [:]
        var openStreams = 0
        var answers = 0
    }

    private static let mostQuestions = 10_000
    private let configuration: DeepSeekSimulator.Configuration
    private let state = Lock(State())

    init(_ configuration: DeepSeekSimulator.Configuration) {
        self.configuration = configuration
    }

    var openStreams: Int { state.withLock { $0.openStreams } }
    var questions: [Question] { state.withLock { $0.questions } }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        if let key = configuration.apiKey, request.headers["authorization"] != "Bearer \(key)" {
            return .error(401, "Authentication Fails (governor)", "authentication_error")
        }
        let path = ["/v1", "/beta"].first { request.path.hasPrefix("\($0)/") }.map { request.path.dropFirst($0.count) }
        switch (request.method, path ?? request.path[...]) {
        case ("POST", "/chat/completions"): return complete(request)
        case ("GET", "/models"): return .json(200, Array(Self.models.utf8))
        default: return .error(404, "there is no \(request.method) \(request.path) here", "invalid_request_error")
        }
    }

    private func complete(_ request: HTTPRequest) -> HTTPResponse {
        guard let question = Question(request.body) else {
            return .error(422, "the body is not a chat completion request", "invalid_request_error")
        }
        let (earlier, number) = state.withLock { state in
            if state.questions.count == Self.mostQuestions { state.questions.removeFirst() }
            state.questions.append(question)
            defer { state.seen[question.text, default: 0] += 1 }
            state.answers += 1
            return (state.seen[question.text, default: 0], state.answers)
        }
        let faults = Faults(in: question.text, earlier: earlier)
        if let refusal = refusal(faults) { return refusal }
        let speaker = Speaker(
            question: question,
            faults: faults,
            configuration: configuration,
            id: "sim-\(number)"
        )
        return HTTPResponse(
            status: 200,
            headers: [
                "Content-Type": question.isStreaming ? "text/event-stream; charset=utf-8" : "application/json",
                "Cache-Control": "no-cache",
                "X-DS-Trace-ID": "sim-\(number)",
            ],
            body: .stream { [self] writer in
                state.withLock { $0.openStreams += 1 }
                defer { state.withLock { $0.openStreams -= 1 } }
                try await speaker.speak(to: writer)
            }
        )
    }

    /// The answer that is none, if the question asks for one.
    private func refusal(_ faults: Faults) -> HTTPResponse? {
        if let status = faults.number("error", usual: 500), (400..<600).contains(status) {
            var response = HTTPResponse.error(status, "simulated error \(status)", "simulated_error")
            if let seconds = faults.number("retry-after", usual: 1) { response.headers["Retry-After"] = "\(seconds)" }
            return response
        }
        if let status = faults.number("html", usual: 502), (200..<600).contains(status) {
            let page = "<!doctype html><html><head><title>\(status)</title></head><body><h1>Gateway</h1></body></html>"
            return HTTPResponse(
                status: status,
                headers: ["Content-Type": "text/html; charset=utf-8"],
                body: .bytes(Array(page.utf8))
            )
        }
        if faults.has("redirect") {
            return HTTPResponse(status: 302, headers: ["Location": "http://127.0.0.1:1/elsewhere"])
        }
        return nil
    }

    private static let models = """
        {"object":"list","data":[{"id":"deepseek-flash","object":"model","owned_by":"simulator"},\
        {"id":"deepseek-v4-pro","object":"model","owned_by":"simulator"}]}
        """
}

extension HTTPResponse {
    fileprivate static func json(_ status: Int, _ body: [UInt8]) -> Self {
        Self(status: status, headers: ["Content-Type": "application/json"], body: .bytes(body))
    }

    fileprivate static func error(_ status: Int, _ message: String, _ type: String) -> Self {
        json(status, WireChunk.error(message, type: type))
    }
}
