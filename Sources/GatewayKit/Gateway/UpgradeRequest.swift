package import ServerCore

/// The request that opened a socket (RFC 6455 4.1), as a handler sees it.
public struct UpgradeRequest: Sendable {
    let head: RequestHead
    /// Who connected: address and port.
    public let peerAddress: String

    package init(_ head: RequestHead, peerAddress: String) {
        self.head = head
        self.peerAddress = peerAddress
    }

    /// The path, percent-decoded; it has no relative segments.
    public var path: String { head.path }

    /// What follows the path's `?`, as it came; empty if nothing does.
    public var query: String { head.query }

    /// The header fields in order, names as they came.
    public var headers: [(name: String, value: String)] { head.headers.fields.map { ($0.name, $0.value) } }

    /// The values of a header field, by its name in any case.
    public func values(of name: String) -> [String] { head.headers.values(name) }
}
