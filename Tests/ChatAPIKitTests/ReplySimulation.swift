import ChatAPIKit
import PlatformCore
import TestSupport

/// One run of a job, which its worker may not survive.
final class SimulatedRun: Sendable {
    enum End: Sendable {
        case outcome(ReplyOutcome)
        case failure(String)
        case crash
    }

    @TaskLocal static var current: SimulatedRun?

    private let state = Lock<(end: End?, waiter: CheckedContinuation<End, Never>?)>((nil, nil))

    /// The first end counts: what a worker does after its crash is nobody's business any more.
    func end(_ end: End) {
        let waiter = state.withLock { state -> CheckedContinuation<End, Never>? in
            guard state.end == nil else { return nil }
            state.end = end
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: end)
    }

    func value() async -> End {
        await withCheckedContinuation { continuation in
            let end = state.withLock { state -> End? in
                if state.end == nil { state.waiter = continuation }
                return state.end
            }
            if let end { continuation.resume(returning: end) }
        }
    }
}

/// A queue that loses dispatches, hands jobs out in any order, and counts tries as the real one does.
final class SimulatedQueue: JobDispatcher {
    struct Job: Sendable {
        let id: String
        let replyID: String
        var failures = 0
        var crashes = 0
        var isRunning = false
    }

    private let dice: Dice
    private let jobs = Lock<[String: Job]>([:])

    init(dice: Dice) { self.dice = dice }

    func dispatch(replyID: String, partition: String) async throws {
        if dice.hits(20) { throw Unexpected("the queue is down") }
        jobs.withLock { jobs in
            if jobs[replyID] == nil { jobs[replyID] = Job(id: "job-\(dice.roll(0..<1 << 40))", replyID: replyID) }
        }
    }

    func reserve() -> Job? {
        jobs.withLock { jobs in
            let waiting = jobs.values.filter { !$0.isRunning }.sorted { $0.id < $1.id }
            guard !waiting.isEmpty else { return nil }
            let job = waiting[dice.roll(0..<waiting.count)]
            jobs[job.replyID]?.isRunning = true
            return job
        }
    }

    /// Settles a run; a reason when the job has to be given up first.
    func settle(_ job: Job, _ end: SimulatedRun.End) -> String? {
        jobs.withLock { jobs in
            var job = job
            switch end {
            case .outcome(.done):
                jobs[job.replyID] = nil
                return nil
            case .outcome(.snooze):
                break
            case .failure:
                job.failures += 1
            case .crash:
                job.crashes += 1
            }
            jobs[job.replyID] = job
            guard job.failures >= 3 || job.crashes >= 3 else { return nil }
            jobs[job.replyID]?.isRunning = true
            return "\(job.failures) failures, \(job.crashes) crashes"
        }
    }

    func remove(_ job: Job) { jobs.withLock { $0[job.replyID] = nil } }
}

/// A model that says something else each time, and sometimes breaks.
final class SimulatedModel: ReplyGenerator {
    private let dice: Dice
    private let calls = Lock<[[String]]>([])

    init(dice: Dice) { self.dice = dice }

    /// What it says, or would have said, in each call.
    var texts: [String] { calls.withLock { $0.map { $0.joined() } } }

    func generate(_ prompt: ReplyPrompt, receive: @Sendable (ReplyPart) -> Void) async throws -> GenerationEnd {
        let pieces = calls.withLock { calls in
            let pieces = (0..<dice.roll(1..<9)).map { "[\(calls.count).\($0)]" }
            calls.append(pieces)
            return pieces
        }
        let breaksAt = dice.hits(25) ? dice.roll(0..<pieces.count) : nil
        for (index, piece) in pieces.enumerated() {
            await dice.pause(upTo: 4)
            try Task.checkCancellation()
            if index == breaksAt { throw GenerationError(dice.hits(20) ? .refused : .busy, cause: "simulated") }
            receive(.reasoning(piece))
            receive(.content(piece))
        }
        await dice.pause(upTo: 12)
        return GenerationEnd(finishReason: "stop")
    }
}

/// A gateway that loses, delays and refuses.
final class SimulatedGateway: PushClient {
    private let dice: Dice
    private let devices: [String: [ReplyDevice]]
    private let late = Lock<[Task<Void, Never>]>([])
    private let broken = Lock<[String]>([])

    init(dice: Dice, devices: [String: [ReplyDevice]]) {
        self.dice = dice
        self.devices = devices
    }

    /// What went wrong at a device, such as being sent what is not its user's.
    var errors: [String] { broken.withLock { $0 } }

    func push(_ text: String, toUid uid: String) async throws {
        if dice.hits(5) { throw PushUnavailable(cause: "simulated") }
        for device in devices[uid] ?? [] where !dice.hits(10) {
            if dice.hits(10) {
                let task = Task {
                    await dice.pause(upTo: 20)
                    await deliver(text, to: device)
                }
                late.withLock { $0.append(task) }
            } else {
                await deliver(text, to: device)
            }
        }
    }

    func bind(clientID: String, uid: String) async throws -> BindResult { .bound }

    func unbind(clientID: String, uid: String) async throws -> Bool { true }

    /// Until everything late has arrived.
    func drain() async {
        for task in late.withLock({ $0 }) { await task.value }
    }

    private func deliver(_ text: String, to device: ReplyDevice) async {
        do {
            try await device.receive(text)
        } catch {
            broken.withLock { $0.append("\(error)") }
        }
    }
}
