package import ServerCore

/// The request that opens a socket (RFC 6455 4.1), as a handler sees it.
public struct UpgradeRequest: Sendable {
    let head: RequestHead
    let peer: SocketAddress
    /// Who sent it, as a trusted proxy says; nil unless one does.
    let client: SocketAddress?
    /// The subprotocol that was chosen; nil if none was, and until the socket is open.
    public internal(set) var subprotocol: String?

    package init(_ head: RequestHead, peer: SocketAddress, client: SocketAddress? = nil) {
        self.head = head
        self.peer = peer
        self.client = client
    }

    /// Who connected: address and port; behind a proxy that is the proxy.
    public var peerAddress: String { peer.description }

    /// The IP address of who sent the request: the peer's, or what a proxy of `trustedProxies` says.
    public var clientAddress: String { (client ?? peer).ip }

    /// The path, percent-decoded; it has no relative segments.
    public var path: String { head.path }

    /// What follows the path's `?`, as it came; empty if nothing does.
    public var query: String { head.query }

    /// The header fields in order, names as they came.
    public var headers: [(name: String, value: String)] { head.headers.fields.map { ($0.name, $0.value) } }

    /// The page's origin as the browser says it (`https://example.org`); nil from clients that are no browsers.
    public var origin: String? { head.headers["Origin"] }

    /// The subprotocols that the client offers, in its order of preference (RFC 6455 4.1).
    public var subprotocols: [String] {
        var offered: [String] = []
        head.headers.forEachElement(of: "Sec-WebSocket-Protocol") { element in
            if HTTPSyntax.isToken(element) { offered.append(String(copying: UTF8Span(unchecked: element))) }
        }
        return offered
    }

    /// The values of a header field, by its name in any case.
    public func values(of name: String) -> [String] { head.headers.values(name) }
}
