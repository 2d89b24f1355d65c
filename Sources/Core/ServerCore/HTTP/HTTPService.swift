import Synchronization

/// What the connections of all loops of a server share.
final class HTTPService: Sendable {
    let configuration: HTTPServer.Configuration
    let respond: HTTPServer.Responder
    private let connections = Atomic<Int>(0)

    init(_ configuration: HTTPServer.Configuration, _ respond: @escaping HTTPServer.Responder) {
        self.configuration = configuration
        self.respond = respond
    }

    /// Connections open now.
    var count: Int { connections.load(ordering: .relaxed) }

    /// Counts a connection; false if there are too many.
    func enter() -> Bool {
        connections.add(1, ordering: .relaxed).newValue <= configuration.maxConnections
    }

    func leave() {
        connections.subtract(1, ordering: .relaxed)
    }

    /// One site for each loop, in order.
    func makeSites(_ loops: [EventLoop]) async -> [LoopBound<HTTPSite>] {
        var sites: [LoopBound<HTTPSite>] = []
        for loop in loops {
            let site = await loop.perform { LoopBound(HTTPSite(self, loop), to: loop) }
            if let site { sites.append(site) }
        }
        return sites
    }

    /// Finishes what is under way, within the drain's deadline.
    func drain(_ sites: [LoopBound<HTTPSite>]) async {
        await Self.onEach(sites) { $0.drain($1) }
    }

    /// Returns when every site has resumed what `body` gave it.
    static func onEach(
        _ sites: [LoopBound<HTTPSite>],
        _ body: @escaping @Sendable (HTTPSite, CheckedContinuation<Void, Never>) -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for site in sites {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        if !site.loop.execute({ body(site.value, continuation) }) { continuation.resume() }
                    }
                }
            }
        }
    }
}
