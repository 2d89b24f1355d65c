import PlatformCore

/// Returns when the caller's task is cancelled: how a `run() async` whose work happens on loops waits for its end.
package func untilCancelled() async {
    let waiting = Lock<(continuation: CheckedContinuation<Void, Never>?, isCancelled: Bool)>((nil, false))
    await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
            let isCancelled = waiting.withLock { state in
                if !state.isCancelled { state.continuation = continuation }
                return state.isCancelled
            }
            if isCancelled { continuation.resume() }
        }
    } onCancel: {
        let continuation = waiting.withLock { state in
            state.isCancelled = true
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume()
    }
}
