import JobQueueKit
import PlatformCore
import TestSupport
import Testing

struct QueueCommandsTests {
    private let clock = ManualClock()
    private let queue: JobQueue
    private let directory = TemporaryDirectory()
    private let printed = Gathered<String>()

    init() {
        queue = JobQueue(store: MemoryJobStore(clock: clock.wall))
    }

    private var text: String { printed.all.joined() }

    private func run(
        _ line: String,
        answer: Bool = false,
        terminal: QueueCommands.Terminal = .none
    ) async throws -> Int32 {
        let handler = JobHandler(Task1.self) { [printed] job, context in
            switch job.label {
            case "bad": throw Broken()
            case "late": return context.deliveries == 1 ? .snooze(.seconds(90)) : .done
            case "long": try await eventually(.seconds(60), "progress") { printed.all.contains { $0.contains("\r") } }
            default: break
            }
            return .done
        }
        let commands = QueueCommands(
            queue: queue,
            worker: JobWorker(queue: queue, handlers: [handler], concurrency: 2),
            output: printed.add,
            terminal: terminal,
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
        "run --verbatim", "pause", "clear --channel", "remove 1 --channel x", "status", "listen 0", "listen soon",
        "listen 1 2", "info -v", "cap mail", "cap mail 0", "cap mail some", "run --verbose=yes",
        "-v", "--verbose", "--all", "--channel x", "info --force", "run --force", "failed list --force", "cap mail -1",
        "clear --channel a --channel b --force", "run -v --verbose", "failed retry --all 1", "failed nonsense",
        "clear --force --channel=",
    ])
    func `a wrong command line touches nothing and says so`(_ line: String) async throws {
        #expect(try await run(line) == 2)
        #expect(!text.isEmpty)
    }

    @Test(arguments: [
        ("pause", "pause needs a channel"), ("status", "status needs the ID of a job"), ("cap", "cap needs a channel"),
        ("cap mail", "cap needs a number, or none"), ("failed show", "failed show needs the ID of a job"),
        ("failed retry", "failed retry needs the IDs of jobs, or --all"), ("info all", "info does not take \"all\""),
        ("info -v", "--verbose is no option of info"), ("-v", "--verbose is no option of info"),
        ("cap mail -1", "a cap is a number from 1, or none, not -1"), ("run -v -v", "--verbose is given twice"),
        ("resume " + String(repeating: "x", count: 181), "the name of a channel has 1 to 180 bytes"),
    ])
    func `what is wrong with a command line is said`(_ line: String, _ problem: String) async throws {
        #expect(try await run(line) == 2)
        #expect(text.hasPrefix(problem + "\n"))
    }

    @Test func `a command that looks makes no queue, and says that there is none`() async throws {
        let (file, folder) = (directory.file("queue.sqlite"), directory.file("queue"))
        let stores: [(path: String, open: @Sendable (Bool) throws -> any JobStore)] = [
            (file, { try SQLiteJobStore(path: file, mustExist: $0) }),
            (folder, { try FileJobStore(path: folder, mustExist: $0) }),
        ]
        for (path, open) in stores {
            let commands = QueueCommands(
                queue: JobQueue(store: try open(false)),
                existing: JobQueue(store: try open(true)),
                worker: JobWorker(queue: queue, handlers: []),
                output: printed.add
            )
            for line in [[], ["status", "1"], ["failed"], ["failed", "show", "1"], ["clear", "--force"]] {
                #expect(await commands.run(line) == 1)
            }
            #expect(printed.all.suffix(5) == Array(repeating: "there is no queue at \(path)\n", count: 5)[...])
            #expect(!Files.exists(path))
            #expect(await commands.run(["pause", "mail"]) == 0)
            #expect(await commands.run(["info"]) == 0)
        }
    }

    @Test func `one job is called one`() async throws {
        try await queue.push(Task1(label: "bad"))
        #expect(try await run("run") == 0)
        #expect(try await run("failed retry --all") == 0)
        #expect(try await run("clear --force") == 0)
        #expect(try await run("cap mail 1") == 0)
        #expect(
            text == """
                Retried 1 job.
                Dropped 1 job of channel default.
                Channel mail runs at most 1 job at once, over all workers.

                """
        )
    }

    @Test func `columns stand below each other in every script`() async throws {
        for channel in ["日本語", "e\u{301}té", "👍🏽", "mail"] {
            try await queue.push(Task1(), .init(channel: Channel(channel)))
        }
        #expect(try await run("info") == 0)
        let rows = text.split(separator: "\n").filter { $0.contains("task-1") }
        let cells = ["mail     task-1", "e\u{301}té      task-1", "日本語   task-1", "👍🏽       task-1"]
        #expect(rows.count == 4)
        for (row, cell) in zip(rows, cells) { #expect(row.hasPrefix(cell), "\(row)") }
    }

    @Test func `a cap is set, shown and lifted`() async throws {
        #expect(try await run("cap mail 3") == 0)
        #expect(try await queue.store.channels() == ["mail": ChannelSettings(concurrency: 3)])
        #expect(try await run("cap mail none") == 0)
        #expect(try await queue.store.channels().isEmpty)
        #expect(
            text == """
                Channel mail runs at most 3 jobs at once, over all workers.
                Channel mail has no cap.

                """
        )
    }

    @Test func `status shows where a job is and how far it has come`() async throws {
        let id = try await queue.push(Task1(), .init(channel: "mail"))
        let job = try #require(try await queue.store.reserve(from: ["mail"]).first)
        _ = try await queue.store.report([(job.token, JobProgress(0.405, note: "page 17\u{7}"))])
        #expect(try await run("status \(id)") == 0)
        #expect(text == "id: \(id)\nname: task-1\nchannel: mail\nstate: reserved\nprogress: 40 %, page 17·\n")
    }

    @Test func `help is no mistake`() async throws {
        #expect(try await run("help") == 0)
        #expect(try await run("failed --help") == 0)
        for (command, _) in QueueCommands.help { #expect(text.contains(command)) }
    }

    @Test func `run --verbose prints each job with its time and memory`() async throws {
        let ids = try await queue.push(
            [Task1(label: "good"), Task1(label: "bad"), Task1(label: "late")],
            .init(partition: "p")
        )
        #expect(try await run("run -v") == 0)
        let lines = text.split(separator: "\n").map(String.init)
        let time = #"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"#
        let pid = Owner.current.pid
        let job = ids.map { #"\#(time) \[\#($0)\] task-1 \(attempt: 1, pid: \#(pid)\) - "# }
        let expected = [
            #"\#(time) \[pid: \#(pid)\] - Worker is started"#,
            job[0] + "Started",
            job[0] + #"Done \(\d+\.\d{3} s, [1-9]\d*\.\d MiB\)"#,
            job[1] + "Started",
            job[1] + #"Error \(\d+\.\d{3} s, no try left\)"#,
            #"> broken·\[31m"#,
            job[1].replacing("attempt: 1", with: "attempt: 2") + "Given up",
            #"> broken·\[31m"#,
            job[2] + "Started",
            job[2] + "Snoozed for 1m 30s",
            #"\#(time) \[pid: \#(pid)\] - Worker is stopped \(\d+s\)"#,
        ]
        #expect(lines.count == expected.count, "\(text)")
        for (line, pattern) in zip(lines, expected) {
            #expect(try Regex(pattern).wholeMatch(in: line) != nil, "\(line)")
        }
    }

    @Test func `without --verbose nothing is printed of a run that nobody watches`() async throws {
        try await queue.push(Task1(label: "bad"))
        #expect(try await run("run") == 0)
        #expect(text.isEmpty)
    }

    @Test(arguments: [QueueCommands.Terminal.plain, .coloured])
    func `a long run shows on a terminal how it gets on, and what fails`(
        _ terminal: QueueCommands.Terminal
    ) async throws {
        try await queue.push([Task1(label: "long"), Task1(label: "bad"), Task1(label: "good")], .init(partition: "p"))
        #expect(try await run("run", terminal: terminal) == 0)
        #expect(text.hasPrefix("\r\u{1B}[K0 done, 3 left, 0/s, 0 failed"))
        #expect(text.contains(terminal == .plain ? " - Error (" : " - \u{1B}[0m\u{1B}[41mError\u{1B}[0m"))
        #expect(text.contains("\u{1B}[K2 done, "))
        #expect(text.hasSuffix(", 1 failed\n"))
        #expect(!text.contains("Started"))
    }

    @Test(arguments: ["status 99", "remove 99", "failed show 99", "failed retry 99", "failed forget 99 --force"])
    func `a job nobody knows is an error`(_ line: String) async throws {
        #expect(try await run(line) == 1)
        #expect(text.contains("99"))
    }

    private struct Broken: Error, CustomStringConvertible {
        let description = "broken\u{1B}[31m"
    }
}
