import PlatformCore

/// Notices that attempts were lost: stopped by their user, deleted, or taken by another worker.
///
/// One for all attempts of a process: it looks at the store once per interval for all of them together, and only while
/// there are any.
package final class AttemptWatch: Sendable {
    private struct Watched {
        let replyID: String
        let attempt: Int
        let onLost: @Sendable () -> Void
    }

    private struct State {
        var watched: [Int: Watched] = [:]
        var lastKey = 0
        var isLooking = false
    }

    private let store: any ChatStore
    private let interval: Duration
    private let clock: any Clock<Duration>
    private let report: @Sendable (ChatEvent) -> Void
    private let state = Lock(State())

    package init(
        store: any ChatStore,
        interval: Duration,
        clock: any Clock<Duration>,
        report: @escaping @Sendable (ChatEvent) -> Void
    ) {
        self.store = store
        self.interval = interval
        self.clock = clock
        self.report = report
    }

    /// Calls `onLost` once if the attempt is lost; answers the key to give to `remove`.
    package func add(replyID: String, attempt: Int, onLost: @escaping @Sendable () -> Void) -> Int {
        let (key, begins) = state.withLock { state in
            state.lastKey += 1
            state.watched[state.lastKey] = Watched(replyID: replyID, attempt: attempt, onLost: onLost)
            defer { state.isLooking = true }
            return (state.lastKey, !state.isLooking)
        }
        // Not a child of the attempt that happens to be the first: it serves those that follow too, and ends when the
        // last one is removed.
        if begins { Task { await look() } }
        return key
    }

    /// Ends the watching of an attempt.
    package func remove(_ key: Int) {
        state.withLock { $0.watched[key] = nil }
    }

    private func look() async {
        while let watched = current() {
            do {
                let positions = try await store.positions(of: watched.map(\.value.replyID))
                tell(watched, positions)
            } catch {
                report(.storeFailed(attempted: error.attempted, cause: error.cause))
            }
            try? await clock.sleep(for: interval)
        }
    }

    /// What is watched now; nil, and the looking is over, when there is nothing.
    private func current() -> [Int: Watched]? {
        state.withLock { state in
            guard state.watched.isEmpty else { return state.watched }
            state.isLooking = false
            return nil
        }
    }

    private func tell(_ watched: [Int: Watched], _ positions: [ReplyPosition]) {
        let found = Dictionary(positions.map { ($0.replyID, $0) }) { first, _ in first }
        for (key, attempt) in watched {
            if let position = found[attempt.replyID], position.state == .running, position.attempt == attempt.attempt {
                continue
            }
            // Whoever removes it tells: an attempt that was removed meanwhile hears nothing.
            let isWatched = state.withLock { $0.watched.removeValue(forKey: key) != nil }
            if isWatched { attempt.onLost() }
        }
    }
}
