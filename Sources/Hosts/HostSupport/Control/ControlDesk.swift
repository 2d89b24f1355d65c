import FoundationEssentials
import GatewayKit
import ServerCore

/// What the control socket answers: what only the host's own user may know, and all that the admin desk tells.
struct ControlDesk: Sendable {
    let admin: AdminDesk
    /// What is known of the process now.
    let process: @Sendable () async -> HostStatus

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        switch (request.method, request.path) {
        case ("GET", "/status"): Self.json(await admin.report(await process()))
        case ("POST", "/connections"): await connections(request.body)
        default: await admin.respond(to: request)
        }
    }

    private func connections(_ body: [UInt8]) async -> HTTPResponse {
        guard let list = admin.lister else { return .text("this host has no gateway\n", status: 404) }
        guard let question = try? ControlClient.decoder.decode(ConnectionQuestion.self, from: Data(body)) else {
            return .text("the body is no question for connections\n", status: 400)
        }
        let filter = ConnectionFilter(
            uid: question.uid,
            group: question.group,
            addressPrefix: question.addressPrefix
        )
        let limit = min(max(question.limit ?? 100, 0), ConnectionQuestion.maxLimit)
        do {
            return Self.json(ConnectionReport(try await list(filter, limit)))
        } catch {
            return .text("\(error)\n", status: 503)
        }
    }

    private static func json(_ value: some Encodable) -> HTTPResponse {
        guard var bytes = try? Array(ControlClient.encoder.encode(value)) else {
            return .text("no JSON\n", status: 500)
        }
        bytes.append(UInt8(ascii: "\n"))
        return HTTPResponse(status: 200, headers: ["Content-Type": "application/json"], body: .bytes(bytes))
    }
}
