package import PlatformCore

extension HTTPServer {
    /// What a server listens on, and what it lets a client do.
    package struct Configuration: Sendable {
        /// Addresses as `SocketAddress` reads them, of which port 0 takes a free one; or `unix:` and a path, where only
        /// this process's user and root are let in.
        package var listen: [String]
        /// The certificate, for HTTPS at every address; nil for plain HTTP.
        package var tls: TLSFiles?
        /// Threads; one serves some ten thousand requests a second.
        package var loops = 1
        /// How its loops wait; another than the platform's own only for tests.
        package var poller = PollerKind.platformDefault
        /// Sizes of requests.
        package var limits = RequestParser.Limits()
        /// Connections at once, each of which may hold a body of the limit; one more is answered 503.
        package var maxConnections = 10_000
        /// From a request's first byte to the end of its head (408).
        package var headTimeout: Duration = .seconds(10)
        /// From the end of a request's head to the end of its body (408).
        package var bodyTimeout: Duration = .seconds(60)
        /// How long a connection without a request is kept, and how long a TLS handshake may take; it is then closed silently.
        package var idleTimeout: Duration = .seconds(75)
        /// How long requests under way may take once `run` is cancelled.
        package var drainTimeout: Duration = .seconds(10)
        /// The answer to what the server refuses by itself; a short text by default.
        package var refusal: @Sendable (RequestViolation) -> HTTPResponse = {
            .text("\($0.reason)\n", status: $0.status)
        }
        /// Called once, when the server listens and before any request, with the real addresses.
        package var onListening: @Sendable ([String]) -> Void = { _ in }
        /// Hears what happens; called on the loops, so it must not block.
        package var events: @Sendable (HTTPServerEvent) -> Void = { _ in }

        package init(listen: [String]) {
            self.listen = listen
        }

        package init(listen: String) {
            self.init(listen: [listen])
        }
    }
}
