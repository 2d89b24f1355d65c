import ChatAPIKit
import Foundation
import HTTPTypes
import Hummingbird

extension ChatAPI {
    /// Puts the API under a path of a router; the path is the API's `pathPrefix` too.
    func mount(on router: Router<BasicRequestContext>, at path: String) {
        for method in [HTTPRequest.Method.get, .head, .post, .patch, .delete, .options] {
            for route in [path, "\(path)/**"] {
                router.on(RouterPath(route), method: method) { request, _ in try await answer(request) }
            }
        }
    }

    /// The same request and response in Hummingbird's spelling.
    private func answer(_ request: Request) async throws -> Response {
        var headers = request.headers.map { (name: $0.name.rawName, value: $0.value) }
        // swift-http-types keeps Host apart from the other fields.
        if let host = request.head.authority { headers.append((name: "Host", value: host)) }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: 1 << 20)
        } catch {
            return response(refusal(status: 413, reason: "the body is too long"))
        }
        return response(
            await respond(
                to: ChatRequest(
                    method: request.method.rawValue,
                    path: request.uri.path.removingPercentEncoding ?? "",
                    query: request.uri.query ?? "",
                    headers: headers,
                    body: Array(buffer: body)
                )
            )
        )
    }

    private func response(_ answer: ChatResponse) -> Response {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
        }
        let body: ResponseBody =
            switch answer.body {
            case .bytes(let bytes): ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
            case .stream(let chunks):
                ResponseBody { writer in
                    for await chunk in chunks { try await writer.write(ByteBuffer(bytes: chunk)) }
                    try await writer.finish(nil)
                }
            }
        return Response(status: .init(code: answer.status), headers: headers, body: body)
    }
}
