/// Reads HTTP/1.1 requests from bytes that come in any pieces (RFC 9112): no socket, no clock.
///
/// ```swift
/// while true {
///     let step = try parser.next(rest)             // takes step.consumed bytes off the front
///     rest = rest.extracting(step.consumed..<rest.count)
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
        /// What is read of the head; nil before the request line.
        case head(RequestHeadBuilder?)
        case length(rest: Int)
        case chunked(ChunkedDecoder)
    }

    private let limits: Limits
    private var state = State.head(nil)
    private var line = LineCollector()
    private var headCount = 0
    private var bodyCount = 0

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Whether a request has begun and not ended; empty lines before it do not count.
    package var isInRequest: Bool {
        if case .head(nil) = state { !line.isEmpty } else { true }
    }

    /// Takes bytes until there is something to tell.
    package mutating func next(_ bytes: Span<UInt8>) throws(RequestViolation) -> Step {
        switch state {
        case .head(var builder):
            state = .head(nil)  // so that what it holds is not copied
            return try nextOfHead(bytes, &builder)
        case .length(let rest):
            return nextOfLength(bytes, rest)
        case .chunked(var decoder):
            state = .head(nil)
            return try nextOfChunked(bytes, &decoder)
        }
    }

    /// Takes bytes of a buffer.
    package mutating func next(_ bytes: UnsafeRawBufferPointer) throws(RequestViolation) -> Step {
        let bytes = bytes.assumingMemoryBound(to: UInt8.self)
        return try next(bytes.span)
    }

    private mutating func nextOfHead(
        _ bytes: Span<UInt8>,
        _ builder: inout RequestHeadBuilder?
    ) throws(RequestViolation) -> Step {
        var consumed = 0
        while consumed < bytes.count {
            let rest = bytes.extracting(consumed..<bytes.count)
            let (used, found) =
                if builder == nil {
                    // The longest method and the version need less than 64 bytes.
                    try line.take(rest, limit: limits.target + 64, else: .targetTooLong)
                } else {
                    try line.take(rest, limit: limits.head, else: .headTooLarge)
                }
            consumed += used
            headCount += used
            guard headCount <= limits.head else { throw .headTooLarge }
            let isEnd = try found?.read(in: rest) { line throws(RequestViolation) in try readLine(line, &builder) }
            guard isEnd == true, let builder else { continue }
            let head = try builder.finish(bodyLimit: limits.body)
            headCount = 0
            begin(head.framing)
            return Step(consumed: consumed, event: .head(head))
        }
        state = .head(builder)
        return Step(consumed: consumed, event: nil)
    }

    /// Reads a line of the head; returns whether it is the empty one that ends it.
    private func readLine(
        _ line: Span<UInt8>,
        _ builder: inout RequestHeadBuilder?
    ) throws(RequestViolation) -> Bool {
        if line.isEmpty { return builder != nil }  // RFC 9112 2.2: empty lines before a request are ignored
        if builder == nil {
            builder = try RequestHeadBuilder(line, targetLimit: limits.target)
        } else {
            try builder?.readField(line)
        }
        return false
    }

    private mutating func begin(_ framing: RequestHead.Framing) {
        bodyCount = 0
        switch framing {
        case .none: state = .length(rest: 0)
        case .length(let count): state = .length(rest: count)
        case .chunked: state = .chunked(ChunkedDecoder(trailerLimit: limits.head))
        }
    }

    private mutating func nextOfLength(_ bytes: Span<UInt8>, _ rest: Int) -> Step {
        if rest == 0 {
            state = .head(nil)
            return Step(consumed: 0, event: .end)
        }
        let taken = min(rest, bytes.count)
        state = .length(rest: rest - taken)
        return Step(consumed: taken, event: taken == 0 ? nil : .body(0..<taken))
    }

    private mutating func nextOfChunked(
        _ bytes: Span<UInt8>,
        _ decoder: inout ChunkedDecoder
    ) throws(RequestViolation) -> Step {
        let (used, step) = try decoder.next(bytes)
        state = .chunked(decoder)
        switch step {
        case .data(let range):
            bodyCount += range.count
            guard bodyCount <= limits.body else { throw .bodyTooLarge }
            return Step(consumed: used, event: .body(range))
        case .end:
            state = .head(nil)
            return Step(consumed: used, event: .end)
        case nil:
            return Step(consumed: used, event: nil)
        }
    }
}
