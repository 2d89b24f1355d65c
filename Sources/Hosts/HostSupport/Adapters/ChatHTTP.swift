import ChatAPIKit
import ServerCore

/// The chat API behind Core's HTTP server: the same request and response in two spellings.
struct ChatHTTP: Sendable {
    let api: ChatAPI
    let proxies: TrustedProxies

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let isProxied = proxies.trusts(request.peer)
        let client = proxies.client(of: request.headers, peer: request.peer) ?? request.peer
        return response(
            await api.respond(
                to: ChatRequest(
                    method: request.method,
                    path: request.path,
                    query: request.query,
                    headers: request.headers.fields.map { (name: $0.name, value: $0.value) },
                    body: request.body,
                    peerAddress: client.ip,
                    isSecure: isProxied && request.headers["X-Forwarded-Proto"]?.lowercased() == "https",
                    id: isProxied ? request.headers["X-Request-Id"] : nil
                )
            )
        )
    }

    func refuse(_ violation: RequestViolation) -> HTTPResponse {
        response(api.refusal(status: violation.status, reason: violation.reason))
    }

    private func response(_ answer: ChatResponse) -> HTTPResponse {
        let body: HTTPResponse.Body =
            switch answer.body {
            case .bytes(let bytes): .bytes(bytes)
            case .stream(let chunks):
                .stream { writer in
                    for await chunk in chunks { try await writer.write(chunk) }
                }
            }
        var headers = HTTPHeaders()
        for (name, value) in answer.headers { headers.add(name, value) }
        return HTTPResponse(status: answer.status, headers: headers, body: body)
    }
}
