import PlatformCore

/// Things in order, from any thread to a test that waits for them.
///
/// Unlike an AsyncStream it survives a wait that was cancelled, so a test can expect that nothing comes and go on.
public final class Mailbox<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var waiting: [(id: Int, continuation: CheckedContinuation<Element?, Never>)] = []
        var nextID = 0
    }

    private let state = Lock(State())

    /// An empty one.
    public init() {}

    /// Adds something, and wakes one who waits.
    public func push(_ element: Element) {
        let waiting: CheckedContinuation<Element?, Never>? = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.elements.append(element)
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        waiting?.resume(returning: element)
    }

    /// What is there and has not been taken.
    public var pending: [Element] { state.withLock { $0.elements } }

    /// Takes the oldest thing, waiting for one; throws when the task is cancelled.
    public func next() async throws -> Element {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let element = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isKnown, element): (Bool, Element?) = state.withLock { state in
                    if !state.elements.isEmpty { return (true, state.elements.removeFirst()) }
                    if Task.isCancelled { return (true, nil) }
                    state.waiting.append((id, continuation))
                    return (false, nil)
                }
                if isKnown { continuation.resume(returning: element) }
            }
        } onCancel: {
            let waiting: CheckedContinuation<Element?, Never>? = state.withLock { state in
                guard let index = state.waiting.firstIndex(where: { $0.id == id }) else { return nil }
                return state.waiting.remove(at: index).continuation
            }
            waiting?.resume(returning: nil)
        }
        guard let element else { throw CancellationError() }
        return element
    }
}
