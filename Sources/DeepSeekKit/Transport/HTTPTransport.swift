/// Carries one HTTP request to a server and its answer back: the seam between the client and the network.
///
/// `CurlTransport` is the real one; tests script their own. A transport follows no redirect and does not retry.
public protocol HTTPTransport: Sendable {
    /// Sends a request and returns once the head of the answer is there; the body comes piece by piece from the
    /// response.
    ///
    /// Ends promptly with `.cancelled`, the connection closed, when the calling task is cancelled.
    func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportResponse
}

/// A name and a value of an HTTP head.
public struct TransportHeader: Sendable, Hashable {
    /// The name, of any case.
    public var name: String
    /// The value, without blanks around it.
    public var value: String

    /// A header.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A request as the transport sends it.
public struct TransportRequest: Sendable {
    /// `POST` or `GET`.
    public var method: String
    /// The whole address, http or https.
    public var url: String
    /// The headers, in order.
    public var headers: [TransportHeader]
    /// The body; empty for none.
    public var body: [UInt8]
    /// The most time for name lookup, connecting and TLS together; beyond it `.connectTimeout`.
    public var connectTimeout: Duration
    /// When the head must be there; beyond it `.deadline`.
    public var headDeadline: ContinuousClock.Instant
    /// When the transfer ends whatever it does, even if nobody asks for its bytes; beyond it `.deadline`.
    public var deadline: ContinuousClock.Instant

    /// A request.
    public init(
        method: String,
        url: String,
        headers: [TransportHeader] = [],
        body: [UInt8] = [],
        connectTimeout: Duration,
        headDeadline: ContinuousClock.Instant,
        deadline: ContinuousClock.Instant
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.headDeadline = headDeadline
        self.deadline = deadline
    }
}

/// The head of an answer, and its body to come.
public struct TransportResponse: Sendable {
    /// The status code.
    public var status: Int
    /// The headers, in order.
    public var headers: [TransportHeader]
    /// The body; dropping the last reference to it cancels the transfer.
    public var body: any TransportBody

    /// An answer.
    public init(status: Int, headers: [TransportHeader] = [], body: any TransportBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of that name, whatever its case.
    public func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }
}

/// The bytes of an answer, taken by one reader at its own pace: what is not taken is not read from the network.
public protocol TransportBody: AnyObject, Sendable {
    /// The next bytes, never empty; nil at the end.
    ///
    /// Throws `.deadline` and closes the connection when no byte has come by then.
    func next(before deadline: ContinuousClock.Instant) async throws(TransportFailure) -> [UInt8]?

    /// No more is wanted, though the server may still be sending a little: the connection is kept if that ends soon.
    func finish()

    /// Closes the connection at once.
    func cancel()
}

/// Why bytes could not be brought over.
public struct TransportFailure: Error, Sendable, Hashable {
    /// The kind of a failure.
    public enum Reason: Sendable, Hashable {
        /// No connection: name not found, refused, unreachable.
        case unreachable
        /// No connection in time.
        case connectTimeout
        /// The server's certificate, or its TLS, is not acceptable.
        case untrusted
        /// The connection broke, or what came is not HTTP.
        case interrupted
        /// A deadline passed.
        case deadline
        /// A head larger than allowed.
        case tooLarge
        /// The task was cancelled, or the transport closed.
        case cancelled
    }

    /// The kind.
    public var reason: Reason
    /// What happened, in the library's words.
    public var text: String

    /// A failure.
    public init(_ reason: Reason, _ text: String = "") {
        self.reason = reason
        self.text = text
    }
}

extension TransportResponse {
    /// How the body is packed, if that is nothing a transport unpacks: only gzip is asked for.
    var unknownCoding: String? {
        guard let coding = header("content-encoding")?.lowercased(), !coding.isEmpty else { return nil }
        return ["identity", "gzip", "x-gzip"].contains(coding) ? nil : coding
    }

    /// The server's id of the request, under the names it has been seen with.
    var requestID: String? {
        header("x-ds-trace-id") ?? header("x-request-id")
    }
}
