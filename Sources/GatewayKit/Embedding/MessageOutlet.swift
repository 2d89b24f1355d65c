import PlatformCore

/// From an attached client's loop to its owner: what waits to be sent, and how much of it was taken.
final class MessageOutlet: Sendable {
    /// What the owner is to do.
    enum Item: Sendable {
        /// Sends a message, whose frame has so many bytes.
        case send(Message, bytes: Int)
        /// Closes the socket; always the last.
        case close(CloseCode, String)
    }

    /// Why nothing more is sent.
    enum End: Sendable {
        /// The owner has closed the socket as it was asked.
        case closed
        /// The owner's `send` has thrown.
        case failed
    }

    private struct State {
        var items: [Item] = []
        /// How many at the front of `items` are done with.
        var head = 0
        /// Nothing more is taken in: the last item is there, or the owner has gone.
        var isStopped = false
        var pump: CheckedContinuation<Item?, Never>?
        /// Bytes that the owner has taken since the loop last looked.
        var taken = 0
        var end: End?
        /// Whether the loop knows that there is something to look at.
        var isTold = false

        mutating func next() -> Item? {
            guard head < items.count else { return nil }
            head += 1
            defer {
                if head > 32, head > items.count / 2 {
                    items.removeFirst(head)
                    head = 0
                }
            }
            return items[head - 1]
        }
    }

    private let state = Lock(State())

    // MARK: For the loop

    /// Has the owner do something behind what waits.
    func push(_ item: Item) {
        change { state in
            guard !state.isStopped else { return }
            state.items.append(item)
            if case .close = item { state.isStopped = true }
        }
    }

    /// Forgets what waits and has the owner close, unless it does or has done so.
    func cut(_ code: CloseCode, _ reason: String) {
        change { state in
            let isClosing = state.isStopped && state.head == state.items.count
            if isClosing { return }
            if case .close? = state.items.last {
                state.head = state.items.count - 1
            } else {
                state.items = [.close(code, reason)]
                state.head = 0
            }
            state.isStopped = true
        }
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
        close: @Sendable (CloseCode, String) async -> Void,
        tell: @Sendable () -> Void
    ) async {
        while let item = await next() {
            switch item {
            case .send(let message, let bytes):
                do {
                    try await send(message)
                    note(tell) { $0.taken += bytes }
                } catch {
                    stop()
                    note(tell) { $0.end = .failed }
                }
            case .close(let code, let reason):
                await close(code, reason)
                note(tell) { $0.end = .closed }
            }
        }
    }

    /// The owner has gone: nothing more is asked of it.
    func stop() {
        change { state in
            (state.items, state.head) = ([], 0)
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
            defer { state.isTold = true }
            return !state.isTold
        }
        if isFirst { tell() }
    }

    private func change(_ body: (inout State) -> Void) {
        let (pump, item): (CheckedContinuation<Item?, Never>?, Item?) = state.withLock { state in
            body(&state)
            guard state.pump != nil, state.isStopped || state.head < state.items.count else { return (nil, nil) }
            return (state.pump.take(), state.next())
        }
        pump?.resume(returning: item)
    }
}
