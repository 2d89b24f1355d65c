import ChatAPIKit
import PlatformCore
import TestSupport
import Testing

/// Users who ask, ask otherwise, ask again, stop and delete; an API, workers and connections that break off; a queue and
/// a gateway that lose things; a housekeeper: all at once.
@Suite struct ReplyModelTests {
    static let uids = ["ann", "bob"]

    @Test(arguments: ModelSeeds.all(10))
    func `whatever happens, each reply ends once and every device shows what is stored`(seed: Int) async throws {
        let house = try House(seed: UInt64(seed))
        try await within(.seconds(60), "every reply ends (HAWK_MODEL_SEED=\(seed))") { try await house.live() }
        #expect(house.gateway.errors == [])
        #expect(house.record.crowded == [])
        let messages = try await house.messages()
        let stored = messages.map {
            Ledger.Question(uid: $0.uid, content: $0.content, id: $0.id, conversation: $0.conversationID)
        }
        try house.ledger.check(stored, parents: house.record.parents)
        for reply in messages.flatMap(\.replies) {
            try checkNumbers(of: reply, house)
            try await checkAnswer(of: reply, house)
            try await checkDevices(of: reply, house)
        }
        let owners = house.record.owners
        for (uid, devices) in house.devices {
            for device in devices {
                #expect(await device.seen.filter { owners[$0] != uid } == [], "what another user's device was sent")
            }
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
    let ledger = Ledger()
    private let api: ChatAPI
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
        var limits = ChatAPI.Configuration(proof: .notRequired)
        limits.limits.sendsPerMinute = 0
        limits.limits.runningReplies = 0
        api = try ChatAPI(
            limits,
            store: ObservedStore(fixture.store, record: record) { dice.hits(7) },
            authenticator: HeaderAuthenticator(),
            dispatcher: queue,
            pusher: gateway
        )
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
                for device in 0..<2 { group.addTask { try await self.use(uid, device: device) } }
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

    /// Every message there is, of every user.
    func messages() async throws -> [Message] {
        let store = fixture.store
        var messages: [Message] = []
        for uid in ReplyModelTests.uids {
            for conversation in try await store.conversations(uid: uid, cursor: nil, limit: 1000)!.conversations {
                for id in try await store.messageIDs(conversation: conversation.id, uid: uid, .everything)! {
                    messages.append(try await store.message(id, uid: uid)!)
                }
            }
        }
        return messages
    }

    private func isQuiet() async throws -> Bool {
        for uid in ReplyModelTests.uids {
            guard try await fixture.store.activeReplies(uid: uid).isEmpty else { return false }
        }
        return true
    }

    /// One user at one device, over the API.
    private func use(_ uid: String, device: Int) async throws {
        let user = SimulatedUser(uid: uid, device: device, api: api, dice: dice, ledger: ledger)
        for step in 0..<10 {
            try await user.act(step)
            await dice.pause(upTo: 15)
        }
    }

    /// Workers of two processes, and the sweeper, until cancelled.
    private func work() async {
        let sweeper = ReplySweeper(
            store: fixture.store,
            dispatcher: queue,
            configuration: .init(interval: .milliseconds(5), queuedFor: .zero)
        )
        let housekeeper = Housekeeper(
            store: fixture.store,
            pushClient: gateway,
            configuration: .init(rules: TidyRules(foldAfter: .zero), interval: .milliseconds(7), rest: .zero)
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await sweeper.run() }
            group.addTask { await housekeeper.run() }
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
