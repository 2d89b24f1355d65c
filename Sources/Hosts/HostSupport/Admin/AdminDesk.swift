import GatewayKit
import PlatformCore
import ServerCore

/// What an operator's tools ask a host: whether it lives, whether it is ready, and its figures.
///
/// The parts of a host leave here how each of them is looked at; nothing is looked at until somebody asks.
final class AdminDesk: Sendable {
    /// Adds figures.
    typealias Source = @Sendable (inout Metrics) async -> Void
    /// Throws what is wrong with a part, if anything is.
    typealias Check = @Sendable () async throws -> Void
    /// Adds what a part tells of itself to the host's status.
    typealias Report = @Sendable (inout HostStatus) async -> Void
    /// Lists a gateway's sockets.
    typealias Lister = @Sendable (ConnectionFilter, _ limit: Int) async throws -> ConnectionList

    private struct Contents {
        var sources: [Source] = []
        var checks: [PartCheck] = []
        var reports: [Report] = []
        var lister: Lister?
    }

    private let contents = Lock(Contents())

    /// Figures that belong to `/metrics`.
    func addFigures(_ source: @escaping Source) {
        contents.withLock { $0.sources.append(source) }
    }

    /// A part without which the host is of no use: `/readyz` asks it, but not again within `lifetime` of an answer.
    func addCheck(_ name: String, lifetime: Duration = .zero, _ check: @escaping Check) {
        contents.withLock { $0.checks.append(PartCheck(name, lifetime: lifetime, check)) }
    }

    /// What a part says when the host is asked for its status.
    func addReport(_ report: @escaping Report) {
        contents.withLock { $0.reports.append(report) }
    }

    /// How the sockets of this host's gateway are listed.
    func setLister(_ lister: @escaping Lister) {
        contents.withLock { $0.lister = lister }
    }

    /// What every part says, on top of what is known of the process.
    func report(_ process: HostStatus) async -> HostStatus {
        var status = process
        for report in contents.withLock({ $0.reports }) { await report(&status) }
        return status
    }

    /// How the gateway's sockets are listed; nil in a host without one.
    var lister: Lister? { contents.withLock { $0.lister } }

    /// The part that answers at an address.
    func part(
        listen: String,
        onListening: @escaping @Sendable (String) -> Void,
        log: @escaping @Sendable (LogLine) -> Void
    ) -> HostPart {
        var configuration = HTTPServer.Configuration(listen: listen)
        configuration.maxConnections = 100
        configuration.headTimeout = .seconds(5)
        configuration.idleTimeout = .seconds(2)
        configuration.drainTimeout = .seconds(1)
        configuration.events = { log($0.line) }
        configuration.onListening = { onListening($0[0]) }
        let server = HTTPServer(configuration) { request in
            var response = await self.respond(to: request)
            // Few connections are let in, and who keeps one keeps others out.
            response.headers["Connection"] = "close"
            return response
        }
        return HostPart("admin") { try await server.run() }
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard request.method == "GET" || request.method == "HEAD" else {
            var refusal = HTTPResponse.text("only GET and HEAD\n", status: 405)
            refusal.headers["Allow"] = "GET, HEAD"
            return refusal
        }
        switch request.path {
        case "/healthz": return .text("ok\n")
        case "/readyz": return await readiness()
        case "/metrics":
            var metrics = Metrics()
            for source in contents.withLock({ $0.sources }) { await source(&metrics) }
            return HTTPResponse(
                status: 200,
                headers: ["Content-Type": Metrics.contentType],
                body: .bytes(Array(metrics.text.utf8))
            )
        default: return .text("there is /healthz, /readyz and /metrics\n", status: 404)
        }
    }

    /// Waits until every part is ready.
    func becomesReady() async throws {
        while await problems().contains(where: { $0.problem != nil }) { try await Task.sleep(for: .milliseconds(100)) }
    }

    /// 200 when every part is ready, else 503; a line for each part says what is wrong with it.
    private func readiness() async -> HTTPResponse {
        let problems = await problems()
        let lines = problems.map { "\($0.name): \($0.problem ?? "ok")\n" }
        return .text(lines.joined(), status: problems.allSatisfy { $0.problem == nil } ? 200 : 503)
    }

    /// Every part, with what is wrong with it.
    private func problems() async -> [(name: String, problem: String?)] {
        let checks = contents.withLock { $0.checks }
        return await withTaskGroup(of: (Int, String?).self) { group in
            for (index, check) in checks.enumerated() {
                group.addTask { (index, await check.problem()) }
            }
            var found = checks.map { (name: $0.name, problem: String?.none) }
            for await (index, problem) in group { found[index].problem = problem }
            return found
        }
    }
}
