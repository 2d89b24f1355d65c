import PlatformCore

/// From an attached client's loop to its owner: what waits to be sent, and how much of it was taken.
final class MessageOutlet: Sendable {
    typealias Close = @Sendable (CloseCode, String) async -> Void

    /// Why nothing more is sent.
    enum End: Sendable {
        /// The owner has closed the socket as it was asked.
        case closed
        /// The owner's `send` has thrown.
        case failed
    }

    private enum Item: Sendable {
        case send(Message)
        case close(CloseCode, String)
    }

    private struct State {
        var messages = MessageQueue()
        /// What the socket is to be closed with, behind the messages.
        var ending: (code: CloseCode, reason: String)?
        /// Nothing more is taken in: the ending is known, or the owner has gone.
        var isStopped = false
        /// The owner's, while it may be asked.
        var close: Close?
        var isSending = false
        var pump: CheckedContinuation<Item?, Never>?
        /// Bytes that the owner has taken since the loop last looked.
        var taken = 0
        var end: End?
        /// Whether the loop knows that there is something to look at.
        var isTold = false

        mutating func next() -> Item? {
            if let message = messages.popFirst() {
                isSending = true
                return .send(message)
            }
            return ending.take().map { .close($0.code, $0.reason) }
        }
    }

    private let state = Lock(State())

    deinit { state.withLock { $0.messages.free() } }

    // MARK: For the loop

    /// Has the owner send a message behind what waits.
    func push(_ message: Message) {
        change { if !$0.isStopped { $0.messages.append(message) } }
    }

    /// Has the owner close the socket behind what waits.
    func close(_ code: CloseCode, _ reason: String) {
        change { state in
            if !state.isStopped { state.ending = (code, reason) }
            state.isStopped = true
        }
    }

    /// Forgets what waits and has the owner close at once, unless it does or has done so.
    func cut(_ code: CloseCode, _ reason: String) {
        close(code, reason)
        let stuck = state.withLock { state in
            state.messages.free()
            return state.isSending ? state.close.flatMap { close in state.ending.take().map { (close, $0) } } : nil
        }
        // A `send` that has not returned may be what the socket is cut for.
        if let (close, ending) = stuck { Task { await close(ending.code, ending.reason) } }
    }

    /// What has happened since the last call.
    func collect() -> (taken: Int, end: End?) {
        state.withLock { state in
            defer { (state.taken, state.isTold) = (0, false) }
            return (state.taken, state.end)
        }
    }

    // MARK: For the owner

    /// Does what is to be done, in order, until there is nothing more to do; `tell` wakes the loop.
    func pump(
        send: @Sendable (Message) async throws -> Void,
        close: @escaping Close,
        tell: @Sendable () -> Void
    ) async {
        state.withLock { $0.close = close }
        while let item = await next() {
            switch item {
            case .send(let message):
                do {
                    try await send(message)
                    note(tell) { $0.taken += message.waitingBytes }
                } catch {
                    stop()
                    note(tell) { $0.end = .failed }
                }
            case .close(let code, let reason):
                await close(code, reason)
                note(tell) { $0.end = .closed }
            }
        }
        state.withLock { $0.close = nil }
    }

    /// The owner has gone: nothing more is asked of it.
    func stop() {
        change { state in
            state.messages.free()
            state.ending = nil
            state.isStopped = true
        }
    }

    private func next() async -> Item? {
        await withCheckedContinuation { continuation in
            let known: Item?? = state.withLock { state in
                if let item = state.next() { return item }
                if state.isStopped { return .some(nil) }
                state.pump = continuation
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    private func note(_ tell: @Sendable () -> Void, _ body: (inout State) -> Void) {
        let isFirst = state.withLock { state in
            body(&state)
            state.isSending = false
            defer { state.isTold = true }
            return !state.isTold
        }
        if isFirst { tell() }
    }

    private func change(_ body: (inout State) -> Void) {
        let (pump, item): (CheckedContinuation<Item?, Never>?, Item?) = state.withLock { state in
            body(&state)
            guard state.pump != nil else { return (nil, nil) }
            let item = state.next()
            return item != nil || state.isStopped ? (state.pump.take(), item) : (nil, nil)
        }
        pump?.resume(returning: item)
    }
}
