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

    /// A request.
    /// - Parameters:
    ///   - method: the method, in capitals.
    ///   - path: the path, percent-decoded, without the query.
    ///   - query: what follows the `?`, as it was sent.
    ///   - headers: the fields of the head in their order.
    ///   - body: the whole body.
    ///   - peerAddress: where the connection comes from.
    ///   - isSecure: whether the browser spoke TLS.
    public init(
        method: String,
        path: String,
        query: String = "",
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        peerAddress: String = "",
        isSecure: Bool = false
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peerAddress = peerAddress
        self.isSecure = isSecure
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
