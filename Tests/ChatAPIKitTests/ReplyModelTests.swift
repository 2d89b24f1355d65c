import ChatAPIKit
import PlatformCore
import TestSupport
import Testing

/// Users, workers that crash or lose their lease, a queue and a gateway that lose things, all at once.
@Suite struct ReplyModelTests {
    static let uids = ["ann", "bob"]

    @Test(arguments: 0..<10)
    func `whatever happens, each reply ends once and every device shows what is stored`(seed: Int) async throws {
        let house = try House(seed: UInt64(seed))
        try await within(.seconds(60), "every reply ends") { try await house.live() }
        #expect(house.gateway.errors == [])
        #expect(house.record.crowded == [])
        let replies = try await house.replies()
        #expect(replies.count >= 12)
        for reply in replies {
            try checkNumbers(of: reply, house)
            try await checkAnswer(of: reply, house)
            try await checkDevices(of: reply, house)
        }
    }

    /// Numbers are issued without gaps, never twice, and the last of them is the only end.
    private func checkNumbers(of reply: Reply, _ house: House) throws {
        let issued = house.record.issued(reply.id).sorted { $0.seq < $1.seq }
        #expect(issued.map(\.seq) == Array(1..<reply.lastSeq + 1))
        #expect(issued.map(\.attempt) == issued.map(\.attempt).sorted())
        let ends = issued.filter { [.finished, .stopped, .failed].contains($0.kind) }
        #expect(ends.map(\.seq) == [reply.lastSeq])
        #expect(ends.map(\.kind.rawValue) == [reply.state.rawValue])
    }

    /// The stored answer is what one call of the model said, whole if it finished.
    private func checkAnswer(of reply: Reply, _ house: House) async throws {
        #expect(reply.state.isEnd)
        // The model says each piece twice, as a thought and then aloud; an end may come between the two.
        #expect(reply.reasoning.hasPrefix(reply.content))
        if reply.state == .finished { #expect(reply.reasoning == reply.content) }
        let texts = house.model.texts
        let isOfOneCall =
            reply.state == .finished ? texts.contains(reply.content) : texts.contains { $0.hasPrefix(reply.content) }
        #expect(isOfOneCall || reply.state != .finished && reply.content.isEmpty, "\(reply.state): \(reply.content)")
        let log = try #require(try await house.fixture.store.log(reply: reply.id, uid: reply.uid, after: 0))
        #expect(log.rows.filter { $0.kind == .content }.map(\.text).joined() == reply.content)
        #expect(log.rows.last?.seq == reply.lastSeq)
    }

    /// A device that was there all the time and one that comes now show the stored text; another user's may not ask.
    private func checkDevices(of reply: Reply, _ house: House) async throws {
        let newcomer = ReplyDevice(uid: reply.uid, store: house.fixture.store)
        for device in house.devices[reply.uid, default: []] + [newcomer] {
            try await device.fetch(reply.id)
            let view = await device.view(reply.id)
            #expect(view.content == reply.content)
            #expect(view.reasoning == reply.reasoning)
            #expect(view.last == reply.lastSeq)
            #expect(view.end == "reply.\(reply.state)")
        }
        for uid in Self.uids where uid != reply.uid {
            #expect(try await house.fixture.store.log(reply: reply.id, uid: uid, after: 0) == nil)
            for device in house.devices[uid, default: []] {
                #expect(await device.view(reply.id) == ReplyView())
            }
        }
    }
}

/// Everything that takes part: two processes' runners on one file, queue, gateway, model, devices.
private final class House: Sendable {
    let fixture: StoreFixture
    let dice: Dice
    let record = StoreRecord()
    let model: SimulatedModel
    let queue: SimulatedQueue
    let gateway: SimulatedGateway
    let devices: [String: [ReplyDevice]]
    private let runners: [ReplyRunner]
    private let runs = Lock<[Task<Void, Never>]>([])

    init(seed: UInt64) throws {
        let fixture = try StoreFixture()
        let dice = Dice(seed: seed)
        let stores = [fixture.store, try fixture.secondStore()]
        let devices = Dictionary(
            uniqueKeysWithValues: ReplyModelTests.uids.map { uid in
                (uid, (0..<2).map { _ in ReplyDevice(uid: uid, store: fixture.store) })
            }
        )
        let model = SimulatedModel(dice: dice)
        let queue = SimulatedQueue(dice: dice)
        let gateway = SimulatedGateway(dice: dice, devices: devices)
        var configuration = ReplyRunner.Configuration(
            coalescing: .milliseconds(2),
            touchInterval: .milliseconds(10),
            watchInterval: .milliseconds(15)
        )
        configuration.checkpoint = { _ in await Self.mayCrash(dice) }
        let record = record
        runners = stores.map { store in
            ReplyRunner(
                store: ObservedStore(store, record: record),
                generator: model,
                pushClient: gateway,
                dispatcher: queue,
                configuration: configuration
            )
        }
        self.fixture = fixture
        self.dice = dice
        self.devices = devices
        self.model = model
        self.queue = queue
        self.gateway = gateway
    }

    /// Until everything that was asked has ended, and every worker is gone.
    func live() async throws {
        let working = Task { await work() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for uid in ReplyModelTests.uids {
                group.addTask { try await self.use(uid) }
                group.addTask { try await self.use(uid) }
            }
            try await group.waitForAll()
        }
        while try await !isQuiet() { try await Task.sleep(for: .milliseconds(5)) }
        working.cancel()
        await working.value
        for run in runs.withLock({ $0 }) {
            run.cancel()
            await run.value
        }
        await gateway.drain()
    }

    /// Every reply there is, of every user.
    func replies() async throws -> [Reply] {
        var replies: [Reply] = []
        for uid in ReplyModelTests.uids {
            for conversation in try await fixture.store.conversations(uid: uid, cursor: nil, limit: 100)!.conversations
            {
                let page = try await fixture.store.messages(
                    conversation: conversation.id,
                    uid: uid,
                    through: nil,
                    before: nil,
                    limit: 100
                )
                replies += page?.messages.flatMap(\.replies) ?? []
            }
        }
        return replies
    }

    private func isQuiet() async throws -> Bool {
        for uid in ReplyModelTests.uids {
            guard try await fixture.store.activeReplies(uid: uid).isEmpty else { return false }
        }
        return true
    }

    /// One user at one device: asks in a conversation, sometimes stops, sometimes asks for another answer.
    private func use(_ uid: String) async throws {
        let store = ObservedStore(fixture.store, record: record)
        var conversation: String?
        for number in 0..<3 {
            let sent = try await store.send(
                .init(in: conversation.map { .conversation($0) } ?? .newConversation, content: "\(number)"),
                uid: uid
            ).sent
            conversation = sent.conversation.id
            try? await queue.dispatch(replyID: sent.reply.id, partition: sent.conversation.id)
            await dice.pause(upTo: 15)
            if dice.hits(30) { try await stop(sent.reply.id, uid, store) }
            if dice.hits(40) { _ = try await store.regenerate(reply: sent.reply.id, uid: uid) }
        }
    }

    private func stop(_ reply: String, _ uid: String, _ store: ObservedStore) async throws {
        guard case .ended(let ended) = try await store.stop(reply: reply, uid: uid) else { return }
        try? await gateway.push(ended.row.text, toUid: uid)
    }

    /// Workers of two processes, and the sweeper, until cancelled.
    private func work() async {
        let sweeper = ReplySweeper(
            store: fixture.store,
            dispatcher: queue,
            configuration: .init(interval: .milliseconds(5), queuedFor: .zero)
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await sweeper.run() }
            for index in 0..<4 {
                let runner = runners[index % runners.count]
                group.addTask { await self.work(runner) }
            }
        }
    }

    private func work(_ runner: ReplyRunner) async {
        while !Task.isCancelled {
            guard let job = queue.reserve() else {
                try? await Task.sleep(for: .milliseconds(1))
                continue
            }
            let end = await run(job, runner)
            guard let reason = queue.settle(job, end) else {
                if case .outcome(.snooze) = end { try? await Task.sleep(for: .milliseconds(2)) }
                continue
            }
            try? await runner.giveUp(replyID: job.replyID, reason: reason)
            queue.remove(job)
        }
    }

    /// Runs a job until it ends, or its worker crashes, or its lease is lost while the worker goes on.
    private func run(_ job: SimulatedQueue.Job, _ runner: ReplyRunner) async -> SimulatedRun.End {
        let run = SimulatedRun()
        let task = Task {
            await SimulatedRun.$current.withValue(run) {
                do {
                    run.end(.outcome(try await runner.run(replyID: job.replyID, jobID: job.id)))
                } catch {
                    run.end(.failure("\(error)"))
                }
            }
        }
        let lease = Task {
            guard dice.hits(30) else { return }
            await dice.pause(upTo: 20)
            run.end(.crash)
        }
        runs.withLock { $0 += [task, lease] }
        return await run.value()
    }

    /// At a checkpoint: the worker may be gone for good, or come back when its lease is long lost.
    private static func mayCrash(_ dice: Dice) async {
        guard let run = SimulatedRun.current, dice.hits(8) else { return }
        run.end(.crash)
        try? await Task.sleep(for: dice.hits(50) ? .seconds(3600) : .milliseconds(dice.roll(1..<20)))
    }
}
