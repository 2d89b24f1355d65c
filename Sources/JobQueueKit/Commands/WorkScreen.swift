import PlatformCore

/// Prints what a worker does: a line for each event, and on a terminal one that shows how a long run gets on.
final class WorkScreen: Sendable {
    fileprivate struct State {
        var began = ContinuousClock.now
        var done = 0
        var failed = 0
        /// How many jobs were ready or ran, when that was counted last; nil before.
        var left: Int?
        /// How many have left since then.
        var leftSince = 0
        /// Whether the line that shows how the run gets on is there, to be overwritten.
        var isDrawn = false
    }

    private let isVerbose: Bool
    private let showsProgress: Bool
    private let hasColours: Bool
    private let output: @Sendable (String) -> Void
    private let state = Lock(State())

    /// Moves to the beginning of a terminal's line and empties it (ECMA-48, EL).
    private static let wipe = "\r\u{1B}[K"

    init(
        isVerbose: Bool,
        showsProgress: Bool,
        hasColours: Bool,
        output: @escaping @Sendable (String) -> Void
    ) {
        self.isVerbose = isVerbose
        self.showsProgress = showsProgress
        self.hasColours = hasColours
        self.output = output
    }

    /// Prints an event; what is no trouble only if that is wanted.
    func show(_ event: QueueEvent) {
        state.withLock { state in
            state.count(event)
            let line = WorkLine(
                event,
                at: LocalTime(milliseconds: WallClock.system.now()),
                pid: Owner.current.pid,
                memory: ProcessMemory.peak,
                uptime: .now - state.began
            )
            guard let line, isVerbose || line.isTrouble else { return }
            output((state.isDrawn ? Self.wipe : "") + line.text(hasColours: hasColours))
            if state.isDrawn { output(state.progress + "\r") }
        }
    }

    /// Shows twice a second how the run gets on, once it has lasted a while, until the task is cancelled.
    ///
    /// Counting what is left takes time with the number of jobs, so that is done ever more rarely the longer it takes.
    func draw(_ statistics: @Sendable () async throws -> QueueStatistics) async {
        guard showsProgress else { return }
        var nextCount = ContinuousClock.now
        while (try? await Task.sleep(for: .milliseconds(500))) != nil {
            if .now >= nextCount {
                let began = ContinuousClock.now
                let left = try? await statistics()
                nextCount = .now + max(.seconds(2), (.now - began) * 20)
                state.withLock { $0.recount(left) }
            }
            state.withLock { state in
                guard !Task.isCancelled else { return }
                state.isDrawn = true
                // The cursor goes back, so that what others write covers the line.
                output(Self.wipe + state.progress + "\r")
            }
        }
    }

    /// Leaves the last state of the line on the terminal.
    func end() {
        state.withLock { state in
            guard state.isDrawn else { return }
            state.left = nil
            output(Self.wipe + state.progress + "\n")
            state.isDrawn = false
        }
    }
}

extension WorkScreen.State {
    fileprivate mutating func count(_ event: QueueEvent) {
        switch event {
        case .workerStarted: began = .now
        case .finished:
            done += 1
            leftSince += 1
        case .givenUp:
            failed += 1
            leftSince += 1
        default: break
        }
    }

    fileprivate mutating func recount(_ statistics: QueueStatistics?) {
        guard let statistics else { return }
        left = statistics.waiting + statistics.reserved
        leftSince = 0
    }

    /// As in `1204 done, 88 left, 152/s, 3 failed`.
    fileprivate var progress: String {
        let seconds = max(Double((ContinuousClock.now - began).milliseconds) / 1000, 0.001)
        let rest = left.map { ", \(max($0 - leftSince, 0)) left" } ?? ""
        return "\(done) done\(rest), \(Int(Double(done + failed) / seconds))/s, \(failed) failed"
    }
}
