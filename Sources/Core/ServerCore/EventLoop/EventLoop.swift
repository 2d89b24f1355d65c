import PlatformCore
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A thread that owns sockets and timers and runs what it is asked to, one thing after the other.
///
/// ```swift
/// let group = try EventLoopGroup(count: 2, name: "gateway")
/// group.loops[0].execute { … }                                  // from any thread, in order
/// Task(executorPreference: group.loops[0]) { … }                // async code on the loop's thread
/// ```
///
/// A turn is: events of sockets, due timers, inbox and jobs, `atEndOfTurn` bodies, one system call for each connection
/// that has written, and at last the `closed` calls of the connections that ended. Nothing on it may block: see `offload`.
///
/// It is a serial executor, so an actor can live on it (`unownedExecutor`) and be entered by `assumeIsolated` from any
/// callback, and a task executor. All async code of a task that prefers it runs here, `@concurrent` functions too.
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    // Proof of Sendable: `inbox`, `poller.wake` and `thread` are synchronised; all the rest is reached on the loop's
    // thread only, which the entry points check.

    /// The loop's place in its group.
    package let index: Int
    /// The time at which this turn began.
    @exclusivity(unchecked) package private(set) var now = ContinuousClock.now

    /// Where received bytes are lent to delegates: one for all connections of the loop.
    let receiveBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 512 << 10, alignment: 64)
    /// What connections have written in this turn.
    let arena = WriteArena()
    /// Where its TLS sessions work; made for the first one.
    lazy var cipherBuffers = CipherBuffers()
    /// The bytes that wait for slow peers of this loop, a part of the group's.
    package let waiting: ByteMeter
    let poller: any Poller
    let inbox: LoopInbox
    /// Where tasks run that stay on the loop's thread; see `LoopTasks`.
    package let tasks: LoopTasks
    var timers = TimerHeap()
    // Reached by the loop's thread only: nothing to check at run time.
    @exclusivity(unchecked) var slots: [Slot] = []
    @exclusivity(unchecked) var freeSlots: [Int] = []
    /// Connections that have written in this turn.
    @exclusivity(unchecked) var dirty: [StreamConnection] = []
    @exclusivity(unchecked) var graveyard: [(connection: StreamConnection, end: StreamEnd)] = []
    /// Memory for the next turn's `dirty`.
    @exclusivity(unchecked) private var spare: [StreamConnection] = []
    var deadlineHolders = 0
    var sweep: TimerID?

    private let waker: Waker
    private let start = ContinuousClock.now
    private var endOfTurn: [() -> Void] = []
    private var events: [PollerEvent] = []
    private var batch: [LoopInbox.Item] = []
    private var stops: [CheckedContinuation<Void, Never>?] = []
    private var sliceEnd = ContinuousClock.now
    private var gatheringEnd = ContinuousClock.now

    init(index: Int, poller kind: PollerKind, name: String, waiting: ByteMeter) throws(SystemError) {
        self.index = index
        self.waiting = ByteMeter(partOf: waiting)
        let poller = try kind.make()
        self.poller = poller
        let waker = Waker(poller)
        self.waker = waker
        inbox = LoopInbox { waker.wake() }
        tasks = LoopTasks(inbox)
        Thread(name: name) { self.run() }.detach()
    }

    deinit {
        receiveBuffer.deallocate()
    }

    /// Whether the caller is on the loop's thread.
    package var isCurrent: Bool { waker.isCurrent }

    /// Runs `body` on the loop, behind everything asked before, whoever asks; never at once.
    ///
    /// - Returns: false if the loop has ended and `body` will never run.
    @discardableResult
    package func execute(_ body: @escaping @Sendable () -> Void) -> Bool {
        inbox.push(.body(body))
    }

    /// Lets sockets and timers in if the inbox has been worked at for some milliseconds.
    ///
    /// For a body of `execute` that does many things, between two of them. What it has written goes on gathering.
    package func letOthersIn() {
        guard ContinuousClock.now > sliceEnd, stops.isEmpty else { return }
        lookAround()
        if now > gatheringEnd {
            flushDirty()
            gatheringEnd = .now + Self.longestGathering
        }
        sliceEnd = .now + Self.slice
    }

    /// Runs `body` on the loop and returns what it returns; nil if the loop has ended.
    @discardableResult
    package func perform<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result? {
        await withCheckedContinuation { continuation in
            if !execute({ continuation.resume(returning: body()) }) { continuation.resume(returning: nil) }
        }
    }

    /// Runs `body` once at the end of this turn, before what was written goes to the system; on the loop only.
    ///
    /// The seam for work gathered over a turn, such as topics that have messages.
    package func atEndOfTurn(_ body: @escaping () -> Void) {
        preconditionCurrent()
        endOfTurn.append(body)
    }

    /// Stops with a sentence when the caller is on another thread.
    package func preconditionCurrent() {
        precondition(isCurrent, "called off the loop's thread")
    }

    /// The time from the loop's beginning to this turn's, in ticks: a number to store and compare at no cost.
    package var ticks: Int64 { Self.ticks(now - start) }

    /// How many ticks a time has: units of 2^30 attoseconds, a little more than a nanosecond.
    package static func ticks(_ duration: Duration) -> Int64 { Int64(truncatingIfNeeded: duration.attoseconds >> 30) }

    /// The time that ticks stand for.
    package static func duration(ticks: Int64) -> Duration { Duration(attoseconds: Int128(ticks) << 30) }

    /// Seconds since the loop began: the resolution of connection deadlines.
    var second: Int64 { (now - start).components.seconds }

    /// Asks the loop to close its sockets and end, and resumes `continuation` when it has.
    func stop(_ continuation: CheckedContinuation<Void, Never>?) {
        let accepted = execute { self.stops.append(continuation) }
        if !accepted { continuation?.resume() }
    }

    private func run() {
        waker.begin()
        while stops.isEmpty { turn() }
        for slot in slots { slot.handler?.loopEnds() }
        repeat {
            finishTurn()
        } while !endOfTurn.isEmpty || !graveyard.isEmpty || !inbox.end()
        waker.end()
        for continuation in stops { continuation?.resume() }
        stops = []
    }

    private func turn() {
        let mayWait = inbox.fallAsleep() && dirty.isEmpty && graveyard.isEmpty && endOfTurn.isEmpty
        poller.wait(mayWait ? timers.nextDeadline().map { $0 - .now } : .zero, into: &events)
        now = .now
        for event in events { dispatch(event) }
        runTimers()
        finishTurn()
    }

    private func finishTurn() {
        runInbox()
        if !endOfTurn.isEmpty {
            let bodies = endOfTurn
            endOfTurn = []
            for body in bodies { body() }
        }
        flushDirty()
        bury()
    }

    /// How long the inbox is worked at before sockets and timers get a look in.
    private static let slice: Duration = .milliseconds(2)
    /// How long what the inbox writes may be gathered.
    private static let longestGathering: Duration = .milliseconds(100)

    /// Runs what waits, and what that asks for in turn, so that its writes still join this turn's; but not for ever.
    private func runInbox() {
        sliceEnd = now + Self.slice
        gatheringEnd = now + Self.longestGathering
        for _ in 0..<16 {
            var items = batch
            batch = []
            inbox.take(into: &items)
            for index in items.indices {
                switch items[index] {
                case .body(let body): body()
                case .job(let job): run(job)
                case .task(let job): job.runSynchronously(on: tasks.asUnownedTaskExecutor())
                }
                if index & 3 == 3 { letOthersIn() }
            }
            let isEmpty = items.isEmpty
            items.removeAll(keepingCapacity: items.capacity <= 4096)
            batch = items
            if isEmpty { return }
        }
    }

    /// Serves sockets and timers amid a long inbox, and sends what that writes; the inbox's writes go on gathering.
    private func lookAround() {
        let first = dirty.count
        poller.wait(.zero, into: &events)
        now = .now
        for event in events { dispatch(event) }
        runTimers()
        if dirty.count > first {
            spare += dirty[first...]
            dirty.removeSubrange(first...)
            flushSpare()
        }
        bury()
    }

    /// Sends what this turn has gathered so far, before more is written; the connections stay dirty.
    func sendGathered() {
        for connection in spare { connection.sendChain() }  // a flush may be under way
        for connection in dirty { connection.sendChain() }
        arena.reset()
    }

    private func flushDirty() {
        for _ in 0..<4 where !dirty.isEmpty {
            swap(&dirty, &spare)
            flushSpare()
        }
        if dirty.isEmpty { arena.reset() }
    }

    private func flushSpare() {
        for connection in spare { connection.flush() }
        spare.removeAll(keepingCapacity: spare.capacity <= 1 << 16)
    }

    private func bury() {
        guard !graveyard.isEmpty else { return }
        let closed = graveyard
        graveyard = []
        for (connection, end) in closed { connection.reportClosed(end) }
    }
}
