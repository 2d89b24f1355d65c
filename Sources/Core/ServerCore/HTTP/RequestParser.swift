/// Reads HTTP/1.1 requests from bytes that come in any pieces (RFC 9112): no socket, no clock.
///
/// ```swift
/// while true {
///     let step = try parser.next(rest)             // takes step.consumed bytes off the front
///     rest = .init(rebasing: rest[step.consumed...])
///     guard let event = step.event else { break }  // wants more bytes
///     …
/// }
/// ```
///
/// It stops at each event, so bytes behind one, such as WebSocket frames behind an upgrade's head, are still the caller's.
/// After a violation it is of no more use. Behind `.end` comes the next request of the connection.
package struct RequestParser: Sendable {
    /// What a request may be at most.
    package struct Limits: Sendable {
        /// Bytes of request line and header fields (431); also of a trailer.
        package var head: Int
        /// Bytes of the request target (414).
        package var target: Int
        /// Bytes of a body (413).
        package var body: Int

        package init(head: Int = 16 << 10, target: Int = 8 << 10, body: Int = 1 << 20) {
            self.head = head
            self.target = target
            self.body = body
        }
    }

    /// What the bytes bring.
    package enum Event: Sendable, Equatable {
        /// A request begins, and this is all about it but the body.
        case head(RequestHead)
        /// Bytes of the body: this range of the bytes given.
        case body(Range<Int>)
        /// The request is complete.
        case end
    }

    /// One event, and how many bytes led to it.
    package struct Step: Sendable, Equatable {
        package let consumed: Int
        /// Nil: all bytes are consumed and more are wanted.
        package let event: Event?
    }

    private enum State {
        case requestLine
        case fields(RequestHeadBuilder)
        case length(rest: Int)
        case chunked(ChunkedDecoder)
    }

    private let limits: Limits
    private var state = State.requestLine
    private var line = LineCollector()
    private var headCount = 0
    private var bodyCount = 0

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Whether a request has begun and not ended; empty lines before it do not count.
    package var isInRequest: Bool {
        if case .requestLine = state { !line.line.isEmpty } else { true }
    }

    /// Takes bytes until there is something to tell.
    package mutating func next(_ bytes: UnsafeRawBufferPointer) throws(RequestViolation) -> Step {
        switch state {
        case .requestLine, .fields: try nextOfHead(bytes)
        case .length(let rest): nextOfLength(bytes, rest)
        case .chunked(let decoder): try nextOfChunked(bytes, decoder)
        }
    }

    /// Takes bytes of an array.
    package mutating func next(_ bytes: ArraySlice<UInt8>) throws(RequestViolation) -> Step {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(RequestViolation) in try next(bytes) }
        }
        return try result.get()
    }

    private mutating func nextOfHead(_ bytes: UnsafeRawBufferPointer) throws(RequestViolation) -> Step {
        var consumed = 0
        while consumed < bytes.count {
            let (used, isComplete) = try line.take(UnsafeRawBufferPointer(rebasing: bytes[consumed...]))
            consumed += used
            headCount += used
            try checkHeadLimits()
            guard isComplete else { break }
            if let head = try readLine(line.finish()) {
                headCount = 0
                return Step(consumed: consumed, event: .head(head))
            }
        }
        return Step(consumed: consumed, event: nil)
    }

    private func checkHeadLimits() throws(RequestViolation) {
        if case .requestLine = state, line.line.count > limits.target + 64 { throw .targetTooLong }
        if headCount > limits.head { throw .headTooLarge }
    }

    /// Reads a line of the head; returns the head with the empty line that ends it.
    private mutating func readLine(_ line: [UInt8]) throws(RequestViolation) -> RequestHead? {
        switch state {
        case .requestLine:
            guard !line.isEmpty else { return nil }  // RFC 9112 2.2: empty lines before a request are ignored
            var builder = RequestHeadBuilder()
            try builder.readRequestLine(line, targetLimit: limits.target)
            state = .fields(builder)
        case .fields(var builder):
            state = .requestLine  // so that the builder is not copied
            if line.isEmpty {
                let head = try builder.finish(bodyLimit: limits.body)
                begin(head.framing)
                return head
            }
            try builder.readField(line)
            state = .fields(builder)
        case .length, .chunked:
            break
        }
        return nil
    }

    private mutating func begin(_ framing: RequestHead.Framing) {
        bodyCount = 0
        switch framing {
        case .none: state = .length(rest: 0)
        case .length(let count): state = .length(rest: count)
        case .chunked: state = .chunked(ChunkedDecoder(trailerLimit: limits.head))
        }
    }

    private mutating func nextOfLength(_ bytes: UnsafeRawBufferPointer, _ rest: Int) -> Step {
        if rest == 0 {
            state = .requestLine
            return Step(consumed: 0, event: .end)
        }
        let taken = min(rest, bytes.count)
        state = .length(rest: rest - taken)
        return Step(consumed: taken, event: taken == 0 ? nil : .body(0..<taken))
    }

    private mutating func nextOfChunked(
        _ bytes: UnsafeRawBufferPointer,
        _ decoder: ChunkedDecoder
    ) throws(RequestViolation) -> Step {
        var decoder = decoder
        state = .requestLine  // so that the decoder is not copied
        let (used, step) = try decoder.next(bytes)
        state = .chunked(decoder)
        switch step {
        case .data(let range):
            bodyCount += range.count
            guard bodyCount <= limits.body else { throw .bodyTooLarge }
            return Step(consumed: used, event: .body(range))
        case .end:
            state = .requestLine
            return Step(consumed: used, event: .end)
        case nil:
            return Step(consumed: used, event: nil)
        }
    }
}
