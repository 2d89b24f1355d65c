/// An HTTP response of `ChatAPI`, for whatever server sends it.
public struct ChatResponse: Sendable {
    /// What follows the head.
    public enum Body: Sendable {
        /// All of it; its count is the `Content-Length`.
        case bytes([UInt8])
        /// Chunks as they come, each to be sent at once.
        case stream(ChatBodyStream)
    }

    /// The status code.
    public var status: Int
    /// The fields of the head in their order, without those that frame the body.
    public var headers: [(name: String, value: String)]
    /// What follows the head.
    public var body: Body

    /// A response.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A response whose body is JSON text.
    package init(_ status: Int, _ json: JSON, headers: [(name: String, value: String)] = []) {
        self.init(
            status: status,
            headers: [(name: "Content-Type", value: "application/json")] + headers,
            body: .bytes(json.bytes)
        )
    }

    /// The value of the first field of that name.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// Adds a field unless one of that name is there.
    package mutating func setDefault(_ name: String, _ value: String) {
        if header(name) == nil { headers.append((name: name, value: value)) }
    }
}

/// The chunks of a response that is sent as it comes into being.
///
/// Read it once, from one task; ask for the next chunk when the last one is with the kernel, and a slow reader costs no
/// memory here. When the reader's client is gone, cancel the task that reads: the sequence then ends. Throwing the value
/// away unread is fine as well.
public struct ChatBodyStream: AsyncSequence, Sendable {
    private let pull: @Sendable () async -> [UInt8]?

    package init(_ pull: @escaping @Sendable () async -> [UInt8]?) {
        self.pull = pull
    }

    /// The reader's end.
    public func makeAsyncIterator() -> Iterator { Iterator(pull: pull) }

    /// Asks for one chunk after the other.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let pull: @Sendable () async -> [UInt8]?

        /// The next chunk; nil at the end, or when the task is cancelled.
        public mutating func next() async -> [UInt8]? { await pull() }
    }
}
