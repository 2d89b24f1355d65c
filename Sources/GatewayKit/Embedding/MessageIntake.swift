import PlatformCore

/// From an attached client's owner to its loop: how much is on its way to the handler, and who waits for there to be less.
final class MessageIntake: Sendable {
    private struct State {
        var bytes = 0
        var isReading = true
        var sources: [CheckedContinuation<Void, Never>] = []

        var isReady: Bool { isReading && bytes < MessageIntake.limit }
    }

    /// How much may be on its way before a source is asked to wait.
    private static let limit = 64 << 10

    private let state = Lock(State())

    /// A message of so many bytes is on its way.
    func send(_ bytes: Int) { state.withLock { $0.bytes += bytes } }

    /// A message of so many bytes is with the handler, or thrown away.
    func arrive(_ bytes: Int) { change { $0.bytes -= bytes } }

    /// The gateway reads, or does not.
    func read(_ isReading: Bool) { change { $0.isReading = isReading } }

    /// Returns once a source may go on, or is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    let isReady = state.isReady || Task.isCancelled
                    if !isReady { state.sources.append(continuation) }
                    return isReady
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            wake { _ in true }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        wake { state in
            body(&state)
            return state.isReady
        }
    }

    private func wake(_ isTime: (inout State) -> Bool) {
        let sources = state.withLock { state in
            guard isTime(&state) else { return [CheckedContinuation<Void, Never>]() }
            defer { state.sources = [] }
            return state.sources
        }
        for source in sources { source.resume() }
    }
}
