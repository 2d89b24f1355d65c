/// Which other origins' pages may use the API (CORS, Fetch 3.2): by default none.
///
/// There are no cookies, and a page must have the token to do anything, so the browser's own refusal to hand an answer
/// to a foreign page is all that is needed.
struct CrossOrigin {
    private let allowed: Set<String>
    private let allowsAll: Bool

    /// - Parameter allowed: origins, checked before; `*` is every one.
    init(allowed: [String]) {
        self.allowed = Set(allowed.compactMap { WebOrigin($0)?.text })
        allowsAll = allowed.contains("*")
    }

    /// Tells the browser that the page may read this answer, if it may.
    func mark(_ response: inout ChatResponse, for request: ChatRequest) {
        guard allowsAll || !allowed.isEmpty else { return }
        response.headers.append((name: "Vary", value: "Origin"))
        guard let origin = request.header("origin"), isAllowed(origin) else { return }
        response.headers.append((name: "Access-Control-Allow-Origin", value: origin))
        response.headers.append(
            (
                name: "Access-Control-Expose-Headers",
                value: "X-Request-Id, Retry-After, WWW-Authenticate, Content-Disposition"
            )
        )
    }

    /// Answers OPTIONS: a browser's question before it lets a page send (Fetch 4.8), or anybody's for the methods.
    func answerOptions(_ request: ChatRequest, allowed methods: [String]) throws(APIFailure) -> ChatResponse {
        let list = methods.joined(separator: ", ")
        guard request.header("access-control-request-method") != nil, let origin = request.header("origin") else {
            return ChatResponse(status: 204, headers: [(name: "Allow", value: list)])
        }
        guard isAllowed(origin) else { throw .originNotAllowed }
        return ChatResponse(
            status: 204,
            headers: [
                (name: "Access-Control-Allow-Methods", value: list),
                (name: "Access-Control-Allow-Headers", value: "Authorization, Content-Type, Last-Event-ID"),
                (name: "Access-Control-Max-Age", value: "600"),
            ]
        )
    }

    private func isAllowed(_ origin: String) -> Bool {
        guard let known = WebOrigin(origin) else { return false }
        return allowsAll || allowed.contains(known.text)
    }
}
