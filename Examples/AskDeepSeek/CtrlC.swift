import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Ctrl-C stops the answer under way; with none, or when it is pressed again, the program.
final class CtrlC {
    /// What stops the answer under way.
    private final class Stop: Sendable {
        private let action = Mutex<(@Sendable () -> Void)?>(nil)

        func set(_ new: (@Sendable () -> Void)?) { action.withLock { $0 = new } }

        func take() -> (@Sendable () -> Void)? {
            action.withLock { action in
                defer { action = nil }
                return action
            }
        }
    }

    private let stop = Stop()
    /// Letting go of it would end the listening.
    private let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())

    /// Begins to listen.
    init() {
        signal(SIGINT, SIG_IGN)
        source.setEventHandler { [stop] in
            if let stop = stop.take() { return stop() }
            if isatty(STDOUT_FILENO) == 1 { print("\u{1B}[0m") }
            exit(130)
        }
        source.activate()
    }

    /// Runs `answer` so that Ctrl-C cancels it.
    func stopping<Result: Sendable>(_ answer: @escaping @Sendable () async -> Result) async -> Result {
        let task = Task { await answer() }
        stop.set { task.cancel() }
        defer { stop.set(nil) }
        return await task.value
    }
}
