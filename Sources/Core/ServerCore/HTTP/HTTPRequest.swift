/// A complete request, its body collected.
package struct HTTPRequest: Sendable {
    /// The method as sent: `GET`; methods are case-sensitive.
    package var method: String
    /// The target as sent.
    package var target: String
    /// The decoded path: see `RequestHead.path`.
    package var path: String
    /// What follows the first `?`, as sent.
    package var query: String
    /// The header fields; there is exactly one well-formed `Host`, unless it came by HTTP/1.0.
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// Who sent it; behind a proxy, the proxy.
    package var peer: SocketAddress

    package init(
        method: String,
        target: String,
        path: String,
        query: String = "",
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        peer: SocketAddress
    ) {
        self.method = method
        self.target = target
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
    }

    init(_ head: RequestHead, body: [UInt8], peer: SocketAddress) {
        self.init(
            method: head.method,
            target: head.target,
            path: head.path,
            query: head.query,
            headers: head.headers,
            body: body,
            peer: peer
        )
    }

    /// The peer's address with its port, as text.
    package var peerAddress: String { peer.description }
}
