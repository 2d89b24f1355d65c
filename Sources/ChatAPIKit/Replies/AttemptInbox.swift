import PlatformCore

/// What an attempt's writer hears: text from the model, the model's end, or that the attempt is not its own any more.
///
/// Text that comes while the writer is busy is joined, one piece per kind.
package final class AttemptInbox: Sendable {
    /// What the writer has to act on next.
    package enum News: Sendable {
        /// Text to store; at most one piece per kind, thinking first.
        case parts([ReplyPart])
        /// The model ended, and all its text was handed out before.
        case ended(Result<GenerationEnd, any Error>)
        /// Stopped, deleted or taken over: write nothing more.
        case lost
    }

    private struct State {
        var reasoning = ""
        var content = ""
        var end: Result<GenerationEnd, any Error>?
        var isLost = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Lock(State())

    package init() {}

    /// Adds a piece of text.
    package func add(_ part: ReplyPart) {
        change { state in
            switch part {
            case .reasoning(let text): state.reasoning += text
            case .content(let text): state.content += text
            }
        }
    }

    /// The model ended; nothing is added after this.
    package func end(_ result: Result<GenerationEnd, any Error>) {
        change { $0.end = result }
    }

    /// The attempt is lost; what waits here is dropped.
    package func lose() {
        change { $0.isLost = true }
    }

    /// Waits for something to act on and takes it; for one writer only.
    package func next() async -> News {
        while true {
            if let news = state.withLock(Self.take) { return news }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard Self.isEmpty(state) else { return true }
                    precondition(state.waiter == nil, "an inbox has one writer")
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            body(&state)
            guard !Self.isEmpty(state) else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    private static func isEmpty(_ state: State) -> Bool {
        state.reasoning.isEmpty && state.content.isEmpty && state.end == nil && !state.isLost
    }

    private static func take(_ state: inout State) -> News? {
        if state.isLost { return .lost }
        var parts: [ReplyPart] = []
        if !state.reasoning.isEmpty { parts.append(.reasoning(state.reasoning)) }
        if !state.content.isEmpty { parts.append(.content(state.content)) }
        guard parts.isEmpty else {
            state.reasoning = ""
            state.content = ""
            return .parts(parts)
        }
        return state.end.map(News.ended)
    }
}
