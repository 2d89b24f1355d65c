package import PlatformCore

/// An HTTP/1.1 server (RFC 9110, 9112).
///
/// ```swift
/// let server = HTTPServer(.init(listen: "127.0.0.1:8080")) { request in
///     .text("You asked for \(request.path)\n")
/// }
/// try await server.run()
/// ```
///
/// Each request gets a task on its connection's loop, so a handler that only awaits costs no thread; one that computes for
/// long or blocks must leave by `offload` or a `ThreadPool`. The task is cancelled when the peer's connection breaks.
/// Pipelined requests are answered in order, one after the other. Bodies of requests are collected; those of responses
/// may be streamed. It does not speak HTTP/2, and does not upgrade.
package final class HTTPServer: Sendable {
    /// What answers a request.
    package typealias Responder = @Sendable (HTTPRequest) async -> HTTPResponse

    private struct Bound {
        let group: EventLoopGroup
        let listeners: [Listener]
        let tls: TLSIdentity?
    }

    private let configuration: Configuration
    private let respond: Responder
    private let bound = Lock<Bound?>(nil)
    private let sites = Lock<[LoopBound<HTTPSite>]>([])

    package init(_ configuration: Configuration, respond: @escaping Responder) {
        self.configuration = configuration
        self.respond = respond
    }

    /// Where it listens, with the real ports; empty before `bind` or `run`.
    package var addresses: [String] {
        bound.withLock { $0?.listeners.map(\.name) ?? [] }
    }

    /// Takes the ports, so that they are known; connections wait until `run`.
    ///
    /// - Throws: for an address that cannot be read or taken, and for a certificate or key that cannot be used.
    package func bind() throws(SystemError) {
        try bound.withLock { (bound) throws(SystemError) in
            guard bound == nil else { return }
            let tls = try configuration.tls.map { files throws(SystemError) in try TLSIdentity(files) }
            let group = try EventLoopGroup(count: configuration.loops, poller: configuration.poller, name: "http")
            var listeners: [Listener] = []
            for text in configuration.listen { listeners.append(try listen(text, group, tls)) }
            bound = Bound(group: group, listeners: listeners, tls: tls)
        }
    }

    /// Reads certificate and key again, for connections accepted from now on.
    ///
    /// - Throws: what is wrong with which file; then everything stays as it was.
    package func reloadTLS() throws(SystemError) {
        try bound.withLock { $0?.tls }?.reload()
    }

    /// Serves until the task is cancelled, then finishes the requests under way and returns.
    ///
    /// Call it once. What has not finished at the drain's deadline has its task cancelled and its connection closed.
    ///
    /// - Throws: only at the start, as `bind`.
    package func run() async throws(SystemError) {
        try bind()
        guard let bound = bound.withLock({ $0 }) else { return }
        let service = HTTPService(configuration, respond)
        let sites = await service.makeSites(bound.group.loops)
        self.sites.withLock { $0 = sites }
        configuration.events(.listening(addresses))
        configuration.onListening(addresses)
        for listener in bound.listeners {
            listener.start { connection in sites[connection.loop.index].value.accept(connection) }
        }
        await untilCancelled()
        for listener in bound.listeners { await listener.stop() }
        configuration.events(.draining(connections: service.count))
        await service.drain(sites)
        await bound.group.shutdown()
    }

    /// Takes no more connections, closes each behind the request under way, and returns when all have gone, however long
    /// that takes; cancelling `run` ends it sooner.
    package func finish() async {
        for listener in bound.withLock({ $0?.listeners ?? [] }) { await listener.stop() }
        await HTTPService.onEach(sites.withLock { $0 }) { $0.finish($1) }
    }

    private func listen(_ text: String, _ group: EventLoopGroup, _ tls: TLSIdentity?) throws(SystemError) -> Listener {
        let events = configuration.events
        if text.hasPrefix("unix:") {
            return try Listener(
                path: String(text.dropFirst(5)),
                loops: group.loops,
                onStranger: { events(.strangerTurnedAway(user: $0)) },
                onTrouble: { events(.acceptTrouble($0)) }
            )
        }
        guard let address = SocketAddress(text) else {
            throw SystemError("read the listen address \(text)", code: SystemError.invalidArgument)
        }
        return try Listener(address, loops: group.loops, tls: tls) { events(.acceptTrouble($0)) }
    }
}
