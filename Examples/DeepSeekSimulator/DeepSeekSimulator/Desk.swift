internal import PlatformCore
internal import ServerCore

/// Where requests are looked at: which are refused, which fail as they ask to, which are answered.
final class Desk: Sendable {
    let records = Records()
    private let configuration: DeepSeekSimulator.Configuration

    init(_ configuration: DeepSeekSimulator.Configuration) {
        self.configuration = configuration
    }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        if request.path == "/recorded" { return recorded(request) }
        let parts = ["/v1", "/beta"].first { request.path.hasPrefix("\($0)/") }
        let path = String(request.path.dropFirst(parts?.count ?? 0))
        let question: Question? =
            switch (request.method, path) {
            case ("POST", "/chat/completions"): Question(chat: request.body)
            case ("POST", "/completions"): Question(gap: request.body)
            default: nil
            }
        let (kept, earlier) = records.add(request, question)
        let response = respond(to: request, kept, path: path, earlier: earlier)
        records.note(kept.number, status: response.status)
        if case .bytes = response.body { records.note(kept.number, ending: .complete) }
        return response
    }

    private func respond(to request: HTTPRequest, _ kept: RecordedRequest, path: String, earlier: Int) -> HTTPResponse {
        if let key = configuration.apiKey, request.headers["authorization"] != "Bearer \(key)" {
            return .error(401, "Authentication Fails (governor)", "authentication_error")
        }
        switch (request.method, path) {
        case ("POST", "/chat/completions"), ("POST", "/completions"):
            guard let question = kept.question else {
                return .error(422, "the body is not a completion request", "invalid_request_error")
            }
            return complete(question, kept, earlier: earlier, acceptsGzip: request.acceptsGzip)
        case ("GET", "/models"): return .json(200, Array(Self.models.utf8))
        case ("GET", "/user/balance"): return .json(200, Array(Self.balance.utf8))
        default: return .error(404, "there is no \(request.method) \(request.path) here", "invalid_request_error")
        }
    }

    private func complete(
        _ question: Question,
        _ kept: RecordedRequest,
        earlier: Int,
        acceptsGzip: Bool
    ) -> HTTPResponse {
        let scripted = configuration.script?.answer(to: kept)
        let faults = Faults(in: question.text + (scripted?.faults ?? ""), earlier: earlier)
        if let refusal = refusal(faults) { return refusal }
        let status = scripted?.status ?? 200
        if status == 200, let fault = question.fault { return .error(400, fault, "invalid_request_error") }
        if status != 200, scripted?.steps == nil {
            return HTTPResponse.error(status, "scripted error \(status)", "scripted_error")
                .adding(scripted?.headers ?? [:])
        }
        let packing: AnswerWriter.Packing =
            !acceptsGzip ? .none : faults.has("gzip-members") ? .members : faults.has("gzip") ? .whole : .none
        let speaker = speaker(question, scripted, faults, id: "sim-\(kept.number)")
        var headers: HTTPHeaders = [
            "Content-Type": question.isStreaming && status == 200
                ? "text/event-stream; charset=utf-8" : "application/json",
            "Cache-Control": "no-cache",
            "X-DS-Trace-ID": "sim-\(kept.number)",
        ]
        if packing != .none { headers["Content-Encoding"] = "gzip" }
        let body = HTTPResponse.Body.stream { [records] writer in
            records.streamBegan()
            defer { records.streamEnded() }
            do {
                try await speaker.speak(
                    to: AnswerWriter(writer, isByteByByte: faults.has("bytes"), packing: packing)
                )
                records.note(kept.number, ending: .complete)
            } catch {
                let isOurs = error is Speaker.Broken || error is HTTPReset
                records.note(kept.number, ending: isOurs ? .broken : .clientLeft)
                throw error
            }
        }
        return HTTPResponse(status: status, headers: headers, body: body).adding(scripted?.headers ?? [:])
    }

    private func speaker(
        _ question: Question,
        _ scripted: ScriptedAnswer?,
        _ faults: Faults,
        id: String
    ) -> Speaker {
        let steps =
            scripted?.steps ?? SimulatedAnswer(to: question, length: faults.number("tokens", usual: 400)).steps
        return Speaker(
            question: question,
            steps: faults.applied(to: steps, question: question, isMadeUp: scripted?.steps == nil),
            faults: faults,
            keepAliveInterval: configuration.keepAliveInterval,
            tokenInterval: configuration.tokenInterval,
            id: id
        )
    }

    /// The answer that is none, if the question asks for one.
    private func refusal(_ faults: Faults) -> HTTPResponse? {
        if let status = faults.number("error", usual: 500), (400..<600).contains(status) {
            var response = HTTPResponse.error(status, "simulated error \(status)", "simulated_error")
            if let seconds = faults.number("retry-after", usual: 1) { response.headers["Retry-After"] = "\(seconds)" }
            if let seconds = faults.number("retry-date", usual: 1) {
                response.headers["Retry-After"] = HTTPDate.text(WallClock.system.now() / 1000 + Int64(seconds))
            }
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

    private func recorded(_ request: HTTPRequest) -> HTTPResponse {
        switch request.method {
        case "GET":
            let last = request.query.hasPrefix("last=") ? Int(request.query.dropFirst(5)) : nil
            return .json(200, records.json(last: max(0, last ?? .max)))
        case "DELETE":
            records.forget()
            return HTTPResponse(status: 204)
        default: return .error(405, "GET shows what was received, DELETE forgets it", "invalid_request_error")
        }
    }

    private static let models = """
        {"object":"list","data":[{"id":"deepseek-flash","object":"model","owned_by":"simulator"},\
        {"id":"deepseek-v4-pro","object":"model","owned_by":"simulator"}]}
        """

    private static let balance = """
        {"is_available":true,"balance_infos":[{"currency":"USD","total_balance":"110.00",\
        "granted_balance":"10.00","topped_up_balance":"100.00"}]}
        """
}

extension HTTPRequest {
    fileprivate var acceptsGzip: Bool { headers.contains("gzip", in: "Accept-Encoding") }
}

extension HTTPResponse {
    fileprivate static func json(_ status: Int, _ body: [UInt8]) -> Self {
        Self(status: status, headers: ["Content-Type": "application/json"], body: .bytes(body))
    }

    fileprivate static func error(_ status: Int, _ message: String, _ type: String) -> Self {
        json(status, WireChunk.error(message, type: type))
    }

    fileprivate func adding(_ more: [String: String]) -> Self {
        var response = self
        for (name, value) in more { response.headers[name] = value }
        return response
    }
}
