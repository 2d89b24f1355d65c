import JobQueueKit
import TestSupport
import Testing

struct QueueCommandsTests {
    private let clock = ManualClock()
    private let queue: JobQueue
    private let printed = Gathered<String>()

    init() {
        queue = JobQueue(store: MemoryJobStore(clock: clock.wall))
    }

    private var text: String { printed.all.joined() }

    private func run(_ line: String, answer: Bool = false) async throws -> Int32 {
        let handler = JobHandler(Task1.self) { job, _ in
            if job.label == "bad" { throw Broken() }
            return .done
        }
        let commands = QueueCommands(
            queue: queue,
            worker: JobWorker(queue: queue, handlers: [handler], concurrency: 2),
            output: printed.add,
            confirm: { _ in answer }
        )
        let arguments = line.split(separator: " ").map(String.init)
        return try await within(.seconds(60), "the command to end") { await commands.run(arguments) }
    }

    @Test func `info shows how many jobs are where`() async throws {
        try await queue.push(Task1())
        try await queue.push(Task1(), .init(delay: .seconds(60), channel: "mail"))
        try await queue.cap("mail", at: 2)
        try await queue.pause("mail")
        clock.advance(by: .seconds(42))
        #expect(try await run("") == 0)
        #expect(
            text == """
                Jobs
                - waiting: 1
                - delayed: 1
                - reserved: 0
                - failed: 0
                - done: 0

                channel  name    waiting  delayed  reserved  failed  done  oldest
                default  task-1        1        0         0       0     0     42s
                mail     task-1        0        1         0       0     0       -

                Channel mail is paused, runs at most 2 at once.

                """
        )
    }

    @Test func `run works until nothing is ready, and waits for nothing else`() async throws {
        try await queue.push((0..<20).map { Task1(label: "\($0)") })
        try await queue.push(Task1(), .init(delay: .seconds(600)))
        #expect(try await run("run") == 0)
        #expect(try await queue.statistics() == QueueStatistics(delayed: 1))
        #expect(try await queue.counts().first?.done == 20)
    }

    @Test func `run gives up what has no tries left before it ends`() async throws {
        try await queue.push(Task1(label: "bad"))
        #expect(try await run("run") == 0)
        #expect(try await queue.statistics() == QueueStatistics(failed: 1))
    }

    @Test(arguments: ["clear", "remove ID", "failed forget --all"])
    func `what destroys is asked about first, or forced`(_ line: String) async throws {
        try await queue.push(Task1(label: "bad"))
        #expect(try await run("run") == 0)
        let id = try await queue.push(Task1())
        let line = line.replacing("ID", with: id.description)
        let before = try await queue.statistics()
        #expect(try await run(line) == 1)
        #expect(text.contains("--force"))
        #expect(try await queue.statistics() == before)
        #expect(try await run(line, answer: true) == 0)
        #expect(try await queue.statistics() != before)
    }

    @Test func `clear --force drops one channel only`() async throws {
        try await queue.push([Task1(), Task1()], .init(channel: "mail"))
        try await queue.push(Task1())
        #expect(try await run("clear --channel mail --force") == 0)
        #expect(text == "Dropped 2 jobs of channel mail.\n")
        #expect(try await queue.statistics() == QueueStatistics(waiting: 1))
    }

    @Test func `failed jobs are listed, shown, retried and forgotten`() async throws {
        let ids = try await queue.push([Task1(label: "bad"), Task1(label: "bad")], .init(channel: .default))
        #expect(try await run("failed") == 0)
        #expect(try await run("run") == 0)
        #expect(try await run("failed list") == 0)
        #expect(try await run("failed show \(ids[0])") == 0)
        #expect(text.hasPrefix("No failed jobs.\n"))
        #expect(text.contains("broken·[31m"))
        #expect(text.contains(#"payload: {"label":"bad"}"#))
        #expect(try await run("failed retry \(ids[0])") == 0)
        #expect(try await queue.statistics() == QueueStatistics(waiting: 1, failed: 1))
        #expect(try await run("failed retry --all") == 0)
        #expect(try await queue.statistics() == QueueStatistics(waiting: 2))
        #expect(try await run("failed forget \(ids[1]) --force") == 1)
    }

    @Test func `pause and resume say what they did`() async throws {
        #expect(try await run("pause mail") == 0)
        #expect(try await queue.store.channels() == ["mail": ChannelSettings(isPaused: true)])
        #expect(try await run("resume mail") == 0)
        #expect(try await queue.store.channels().isEmpty)
    }

    @Test(arguments: [
        "nonsense", "remove", "clear all", "failed show", "failed retry", "failed forget 1 --all", "info --all",
        "run --verbatim", "pause", "clear --channel", "remove 1 --channel x",
    ])
    func `a wrong command line touches nothing and says so`(_ line: String) async throws {
        #expect(try await run(line) == 2)
        #expect(!text.isEmpty)
    }

    @Test(arguments: ["remove 99", "failed show 99", "failed retry 99", "failed forget 99 --force"])
    func `a job nobody knows is an error`(_ line: String) async throws {
        #expect(try await run(line) == 1)
        #expect(text.contains("99"))
    }

    private struct Broken: Error, CustomStringConvertible {
        let description = "broken\u{1B}[31m"
    }
}
