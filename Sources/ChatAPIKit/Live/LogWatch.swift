import PlatformCore

/// Tells the live readers of a process when their replies' logs grow: all of them share one look at the store.
///
/// A reader waits here only while it wants more, so a slow one costs nothing but its place. Nobody waiting, nobody looks.
final class LogWatch: Sendable {
    /// What a wait ends with.
    enum News: Sendable {
        /// The log has rows above the reader's number, or the reply has ended.
        case log(ReplyLog)
        /// Nothing for so long that the reader should show that it lives.
        case quiet
        /// The reply is gone, the reader's task is cancelled, or all streams are to end.
        case over
    }

    private struct Waiter {
        let place: Place
        let deadline: ContinuousClock.Instant
        let continuation: CheckedContinuation<News, Never>
    }

    /// Where a reader is; readers in step share what is read for them.
    private struct Place: Hashable {
        let reply: String
        let uid: ByteKey
        let position: Int
    }

    private struct State {
        var waiters: [UInt64: Waiter] = [:]
        var lastID: UInt64 = 0
        var isLooking = false
        var hasEnded = false
    }

    private let store: any ChatStore
    private let interval: Duration
    private let keepAlive: Duration
    private let events: @Sendable (ChatEvent) -> Void
    private let state = Lock(State())

    init(
        store: any ChatStore,
        interval: Duration,
        keepAlive: Duration,
        events: @escaping @Sendable (ChatEvent) -> Void
    ) {
        self.store = store
        self.interval = interval
        self.keepAlive = keepAlive
        self.events = events
    }

    /// Waits until a reply's log has more than a reader knows.
    /// - Parameters:
    ///   - reply: the reply's id.
    ///   - uid: the reader, who was found to own it.
    ///   - position: the last number that the reader has.
    /// - Returns: what there is, or that there is nothing.
    func wait(for reply: String, of uid: String, above position: Int) async -> News {
        let place = Place(reply: reply, uid: ByteKey(uid), position: position)
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                add(Waiter(place: place, deadline: .now + keepAlive, continuation: continuation), id)
                // Over before it was there to be found.
                if Task.isCancelled || state.withLock(\.hasEnded) { resume(id, .over) }
            }
        } onCancel: {
            resume(id, .over)
        }
    }

    /// Ends every wait, now and later.
    func end() {
        let waiting = state.withLock { state in
            state.hasEnded = true
            return Array(state.waiters.keys)
        }
        for id in waiting { resume(id, .over) }
    }

    private func add(_ waiter: Waiter, _ id: UInt64) {
        let isFirst = state.withLock { state in
            state.waiters[id] = waiter
            defer { state.isLooking = true }
            return !state.isLooking
        }
        if isFirst { Task { await lookUntilNobodyWaits() } }
    }

    private func resume(_ id: UInt64, _ news: News) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume(returning: news)
    }

    private func lookUntilNobodyWaits() async {
        while true {
            try? await Task.sleep(for: interval)
            let waiters = state.withLock { state in
                state.isLooking = !state.waiters.isEmpty
                return state.waiters
            }
            guard !waiters.isEmpty else { return }
            do {
                try await look(for: waiters)
            } catch {
                events(.storeFailed(attempted: error.attempted, cause: error.cause))
            }
            let now = ContinuousClock.now
            for (id, waiter) in waiters where waiter.deadline <= now { resume(id, .quiet) }
        }
    }

    private func look(for waiters: [UInt64: Waiter]) async throws(ChatError) {
        let replies = Set(waiters.values.map(\.place.reply))
        let positions = Dictionary(
            try await store.positions(of: replies.sorted()).map { ($0.replyID, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var logs: [Place: News] = [:]
        for (id, waiter) in waiters {
            let place = waiter.place
            guard let position = positions[place.reply] else {
                resume(id, .over)
                continue
            }
            guard position.lastSeq > place.position || position.state.isEnd else { continue }
            if logs[place] == nil {
                let log = try await store.log(reply: place.reply, uid: place.uid.text, after: place.position)
                logs[place] = log.map { .log($0) } ?? .over
            }
            resume(id, logs[place] ?? .over)
        }
    }
}
