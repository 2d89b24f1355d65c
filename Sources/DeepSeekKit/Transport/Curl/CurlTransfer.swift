internal import PlatformCore

/// One request and its answer, between the thread that brings the bytes and the task that takes them.
///
/// The driver's thread calls `received…` and `ended`; the consumer, from anywhere, the rest. Neither waits for the
/// other: what must happen on the other side is posted or resumed after the lock is let go.
final class CurlTransfer: Sendable {
    /// The head of the answer.
    struct Head: Sendable {
        var status: Int
        var headers: [TransportHeader] = []
    }

    typealias HeadContinuation = CheckedContinuation<Result<Head, TransportFailure>, Never>
    typealias BytesContinuation = CheckedContinuation<Result<[UInt8]?, TransportFailure>, Never>

    /// What the driver does with bytes it was given.
    enum Reception {
        case taken
        case pause
        case abort
    }

    private enum Waiter {
        case head(HeadContinuation)
        case bytes(BytesContinuation)
    }

    private enum Interest {
        /// Somebody takes the bytes.
        case wanted
        /// The rest is read and dropped, so that the connection can be kept.
        case draining
        /// The connection is to be closed.
        case unwanted
    }

    private struct State {
        var interest = Interest.wanted
        var head: Head
        var isHeadComplete = false
        var headBytes = 0
        var drainedBytes = 0
        var buffer: [UInt8] = []
        var waiter: Waiter?
        var deadline: ContinuousClock.Instant
        var isPaused = false
        /// Set once: nil inside for a proper end.
        var end: TransportFailure??
    }

    /// What is held for a slow consumer before the transfer pauses, and dropped when it no longer wants the rest.
    private static let bufferLimit = 64 << 10
    private static let headLimit = 64 << 10

    let request: TransportRequest
    let certificateAuthorityFile: String?
    private let driver: CurlDriver
    private let state: Lock<State>

    init(request: TransportRequest, certificateAuthorityFile: String?, driver: CurlDriver) {
        self.request = request
        self.certificateAuthorityFile = certificateAuthorityFile
        self.driver = driver
        state = Lock(State(head: Head(status: 0), deadline: min(request.headDeadline, request.deadline)))
    }

    // MARK: The consumer's side

    func waitForHead(_ continuation: HeadContinuation) {
        let ready: Result<Head, TransportFailure>? = state.withLock { state in
            if case .some(.some(let failure)) = state.end { return .failure(failure) }
            if state.isHeadComplete { return .success(state.head) }
            if state.end != nil { return .failure(TransportFailure(.interrupted, "an answer without a head")) }
            state.waiter = .head(continuation)
            return nil
        }
        if let ready { continuation.resume(returning: ready) }
    }

    func waitForBytes(before deadline: ContinuousClock.Instant, _ continuation: BytesContinuation) {
        var wasPaused = false
        let ready: Result<[UInt8]?, TransportFailure>? = state.withLock { state in
            precondition(state.waiter == nil, "a body has one reader")
            if !state.buffer.isEmpty, state.interest == .wanted {
                wasPaused = state.isPaused
                state.isPaused = false
                defer { state.buffer = [] }
                return .success(state.buffer)
            }
            switch state.end {
            case .some(.some(let failure)): return .failure(failure)
            case .some(.none): return .success(nil)
            case .none: break
            }
            state.waiter = .bytes(continuation)
            state.deadline = min(deadline, request.deadline)
            return nil
        }
        if wasPaused { driver.resume(self) }
        guard let ready else { return driver.wake(at: min(deadline, request.deadline)) }
        continuation.resume(returning: ready)
    }

    /// The consumer has all it wants; a short rest is still read.
    func finish() {
        let soon = ContinuousClock.now + .seconds(1)
        let mustDrain = state.withLock { state in
            guard state.end == nil, state.interest == .wanted else { return false }
            state.interest = .draining
            state.deadline = min(soon, request.deadline)
            state.buffer = []
            state.isPaused = false
            return true
        }
        guard mustDrain else { return }
        driver.resume(self)
        driver.wake(at: soon)
    }

    /// Closes the connection; whoever waits gets `.cancelled`.
    func cancel() {
        end(TransportFailure(.cancelled))
    }

    /// The consumer is gone: as `cancel`, unless it had finished.
    func abandon() {
        let isDraining = state.withLock { $0.interest == .draining }
        if !isDraining { cancel() }
    }

    private func end(_ failure: TransportFailure) {
        let waiter: Waiter?? = state.withLock { state in
            guard state.end == nil else { return nil }
            state.interest = .unwanted
            state.end = .some(failure)
            state.buffer = []
            defer { state.waiter = nil }
            return .some(state.waiter)
        }
        guard let waiter else { return }
        driver.remove(self)
        resume(waiter, with: failure)
    }

    private func resume(_ waiter: Waiter?, with failure: TransportFailure?) {
        switch waiter {
        case .head(let continuation):
            continuation.resume(
                returning: .failure(failure ?? TransportFailure(.interrupted, "an answer without a head"))
            )
        case .bytes(let continuation):
            continuation.resume(returning: failure.map { .failure($0) } ?? .success(nil))
        case nil: break
        }
    }

    // MARK: The driver's side

    /// Whether it has not ended before it was started.
    var isWanted: Bool { state.withLock { $0.interest != .unwanted } }

    /// Takes one line of the head, its line end included; false when the head is too large.
    func receivedHeader(_ line: some Collection<UInt8>) -> Bool {
        var complete: HeadContinuation?
        var head = Head(status: 0)
        let isAcceptable = state.withLock { state in
            if state.isHeadComplete { return true }  // trailers
            state.headBytes += line.count
            guard state.headBytes <= Self.headLimit else { return false }
            state.head.take(line)
            // RFC 9110 15.2: answers of 1xx are followed by the real one.
            guard state.head.isEnd(line), state.head.status >= 200 else { return true }
            state.isHeadComplete = true
            state.deadline = request.deadline
            if case .head(let continuation) = state.waiter {
                state.waiter = nil
                (complete, head) = (continuation, state.head)
            }
            return true
        }
        complete?.resume(returning: .success(head))
        return isAcceptable
    }

    /// Takes bytes of the body.
    func received(_ bytes: UnsafeRawBufferPointer) -> Reception {
        var waiter: BytesContinuation?
        let reception: Reception = state.withLock { state in
            switch state.interest {
            case .unwanted: return .abort
            case .draining:
                state.drainedBytes += bytes.count
                return state.drainedBytes <= Self.bufferLimit ? .taken : .abort
            case .wanted: break
            }
            if case .bytes(let continuation) = state.waiter {
                state.waiter = nil
                state.deadline = request.deadline
                waiter = continuation
                return .taken
            }
            guard state.buffer.isEmpty || state.buffer.count + bytes.count <= Self.bufferLimit else {
                state.isPaused = true
                return .pause
            }
            state.buffer += bytes
            return .taken
        }
        waiter?.resume(returning: .success(Array(bytes)))
        return reception
    }

    /// The transfer is over: properly, or by a failure.
    func ended(_ failure: TransportFailure?) {
        let waiter: Waiter? = state.withLock { state in
            guard state.end == nil else { return nil }
            state.end = .some(failure)
            defer { state.waiter = nil }
            return state.waiter
        }
        resume(waiter, with: failure)
    }

    /// When the driver must look at it again.
    var deadline: ContinuousClock.Instant { state.withLock { $0.deadline } }

    /// Ends it if its deadline has passed; true if it did.
    func expire(at now: ContinuousClock.Instant) -> Bool {
        guard deadline <= now else { return false }
        ended(TransportFailure(.deadline))
        return true
    }
}

extension CurlTransfer.Head {
    /// Whether this line ends a head.
    fileprivate func isEnd(_ line: some Collection<UInt8>) -> Bool {
        line.allSatisfy { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
    }

    fileprivate mutating func take(_ line: some Collection<UInt8>) {
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            // RFC 9112 4: version, status, reason; a further status line begins the next answer's head.
            let words = text.split(separator: " ", maxSplits: 2)
            self = Self(status: words.count > 1 ? Int(words[1].prefix(3)) ?? 0 : 0)
        } else if let colon = text.firstIndex(of: ":") {
            let value = text[text.index(after: colon)...].drop { $0.isWhitespace }
            let end = value.lastIndex { !$0.isWhitespace }.map { value[...$0] } ?? ""
            headers.append(TransportHeader(String(text[..<colon]), String(end)))
        }
    }
}
