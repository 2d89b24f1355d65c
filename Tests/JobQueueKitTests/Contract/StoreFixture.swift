import JobQueueKit
import PlatformCore
import TestSupport
import Testing

/// A driver that the contract suite runs on.
enum Driver: String, CaseIterable, CustomTestStringConvertible {
    case memory
    case sqlite
    case file

    var testDescription: String { rawValue }

    /// Those whose jobs outlive a value of the store.
    static let lasting = allCases.filter { $0 != .memory }
}

/// A new store of a driver, with a clock that stands still until a test moves it.
///
/// It is the store itself, so that its directory lives as long as the store is used.
final class StoreFixture: JobStore {
    let clock = ManualClock()
    private let store: any JobStore
    private let driver: Driver
    private let directory = TemporaryDirectory()

    init(_ driver: Driver) throws {
        self.driver = driver
        switch driver {
        case .memory: store = MemoryJobStore(clock: clock.wall)
        case .sqlite: store = try Self.sqlite(directory, clock)
        case .file: store = try Self.file(directory, clock)
        }
    }

    /// Another value on the same jobs, as another process would have; the same one where there can be none.
    func reopened() throws -> any JobStore {
        switch driver {
        case .memory: store
        case .sqlite: try Self.sqlite(directory, clock)
        case .file: try Self.file(directory, clock)
        }
    }

    private static func sqlite(_ directory: TemporaryDirectory, _ clock: ManualClock) throws -> any JobStore {
        try SQLiteJobStore(path: directory.file("queue.sqlite"), durability: .normal, clock: clock.wall)
    }

    private static func file(_ directory: TemporaryDirectory, _ clock: ManualClock) throws -> any JobStore {
        try FileJobStore(path: directory.file("queue"), clock: clock.wall)
    }

    var wake: WakeSignal { store.wake }

    var reclaims: ReclaimLog { store.reclaims }

    var pollInterval: Duration? { store.pollInterval }

    func push(_ jobs: [NewJob]) async throws(QueueError) -> [JobID] {
        try await store.push(jobs)
    }

    func reserve(
        max: Int,
        channels: [Channel],
        owner: Owner,
        lease: Duration
    ) async throws(QueueError) -> [Reservation] {
        try await store.reserve(max: max, channels: channels, owner: owner, lease: lease)
    }

    func settle(_ outcomes: [(Reservation.Token, Outcome)]) async throws(QueueError) -> [Bool] {
        try await store.settle(outcomes)
    }

    func extend(_ tokens: [Reservation.Token], by lease: Duration) async throws(QueueError) -> [Bool] {
        try await store.extend(tokens, by: lease)
    }

    func nextWake() async throws(QueueError) -> WallTime? {
        try await store.nextWake()
    }

    func statistics() async throws(QueueError) -> QueueStatistics {
        try await store.statistics()
    }

    func report(_ progress: [(Reservation.Token, JobProgress)]) async throws(QueueError) -> [Bool] {
        try await store.report(progress)
    }
}

extension StoreFixture {
    func failed(limit: Int) async throws(QueueError) -> [FailedJob] {
        try await store.failed(limit: limit)
    }

    func failed(_ id: JobID) async throws(QueueError) -> FailedJob {
        try await store.failed(id)
    }

    func failedIDs() async throws(QueueError) -> [JobID] {
        try await store.failedIDs()
    }

    func counts() async throws(QueueError) -> [JobCounts] {
        try await store.counts()
    }

    func status(of id: JobID) async throws(QueueError) -> JobStatus {
        try await store.status(of: id)
    }

    func retryFailed(_ ids: [JobID]) async throws(QueueError) -> [FailedRetry] {
        try await store.retryFailed(ids)
    }

    func forgetFailed(_ ids: [JobID]) async throws(QueueError) -> [Bool] {
        try await store.forgetFailed(ids)
    }

    func remove(_ id: JobID) async throws(QueueError) -> Bool {
        try await store.remove(id)
    }

    func clear(_ channel: Channel) async throws(QueueError) -> Int {
        try await store.clear(channel)
    }

    func change(_ channel: Channel, _ change: ChannelChange) async throws(QueueError) {
        try await store.change(channel, change)
    }

    func channels() async throws(QueueError) -> [Channel: ChannelSettings] {
        try await store.channels()
    }
}

/// A wall clock that only a test moves.
final class ManualClock: Sendable {
    private let time = Lock<Int64>(1_700_000_000_000)

    var now: WallTime { WallTime(milliseconds: time.withLock { $0 }) }

    var wall: WallClock { WallClock { self.time.withLock { $0 } } }

    func advance(by duration: Duration) {
        time.withLock { $0 += duration.milliseconds }
    }
}

extension JobStore {
    /// Pushes one job whose payload is its label.
    @discardableResult
    func push(_ label: String, _ options: PushOptions = .init()) async throws -> JobID {
        try await push([NewJob(name: "test", payload: Array(label.utf8), options: options)])[0]
    }

    /// Reserves for this process.
    func reserve(
        _ max: Int = 1,
        from channels: [Channel] = [.default],
        by owner: Owner = .current,
        lease: Duration = .seconds(15)
    ) async throws -> [Reservation] {
        try await reserve(max: max, channels: channels, owner: owner, lease: lease)
    }

    /// Reserves one job; nil when none is ready.
    func next() async throws -> Reservation? {
        try await reserve().first
    }

    /// The labels of everything ready, in order, each job done before the next is taken.
    func drain() async throws -> [String] {
        var labels: [String] = []
        while let job = try await next() {
            labels.append(job.label)
            _ = try await settle(job, .done)
        }
        return labels
    }

    /// Settles one job.
    @discardableResult
    func settle(_ job: Reservation, _ outcome: Outcome) async throws -> Bool {
        try await settle([(job.token, outcome)])[0]
    }
}

extension Reservation {
    var label: String { String(decoding: payload, as: UTF8.self) }
}

extension Owner {
    /// A process of this machine and boot that does not exist.
    static let dead = Owner(host: current.host, bootID: current.bootID, pid: 99_999_999, startTime: 1)

    /// A process of a machine that cannot be asked.
    static let elsewhere = Owner(host: "elsewhere", bootID: "b", pid: 1, startTime: 1)
}
