import ServerCore

/// An HTTP request as `ChatAPI` needs it, from whatever server received it.
public struct ChatRequest: Sendable {
    /// The method, in capitals.
    public var method: String
    /// The path, percent-decoded, with the prefix if the API has one; without the query.
    public var path: String
    /// What follows the `?`, as it was sent; empty if nothing does.
    public var query: String
    /// The fields of the head in their order; one name may come several times.
    public var headers: [(name: String, value: String)]
    /// The whole body.
    public var body: [UInt8]
    /// The IP address of who asks, with or without a port; behind a proxy of yours what that one says.
    ///
    /// Rate limits count by it.
    public var peerAddress: String
    /// Whether the browser spoke TLS, here or at a proxy that is trusted: decides between `ws` and `wss`.
    public var isSecure: Bool

    /// What names the request in logs, in its answer's `X-Request-Id` and in what is done for it.
    public let id: String

    /// A request.
    /// - Parameters:
    ///   - method: the method, in capitals.
    ///   - path: the path, percent-decoded, without the query.
    ///   - query: what follows the `?`, as it was sent.
    ///   - headers: the fields of the head in their order.
    ///   - body: the whole body.
    ///   - peerAddress: where the connection comes from.
    ///   - isSecure: whether the browser spoke TLS.
    ///   - id: the name that a proxy of yours gave it: up to 128 letters, digits and `-_.:+/=@`. Anything else, and nil,
    ///     is replaced by a random one.
    public init(
        method: String,
        path: String,
        query: String = "",
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        peerAddress: String = "",
        isSecure: Bool = false,
        id: String? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peerAddress = peerAddress
        self.isSecure = isSecure
        self.id = id.flatMap { Self.isID($0) ? $0 : nil } ?? Self.makeID()
    }

    /// A new name.
    static func makeID() -> String { Base64.encodeURL(Digest.randomBytes(12)) }

    private static func isID(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_.:+/=@".utf8.contains(byte)
                }
            }
    }

    /// The values of every field of that name, in order; names differ in more than case only.
    ///
    /// For an `Authenticator` that reads a cookie, for example.
    ///
    /// - Parameter name: the field's name, in any case.
    /// - Returns: the values; none if there is no such field.
    public func values(of name: String) -> [String] {
        let name = name.lowercased()
        return headers.filter { $0.name.lowercased() == name }.map(\.value)
    }

    /// The value of the first field of that name.
    package func header(_ name: String) -> String? { values(of: name).first }
}
