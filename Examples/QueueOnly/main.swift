// JobQueueKit in a command-line tool: work is written down now, and done later by whoever runs the worker.
//
//     swift run queue-only push README.md LICENSE nowhere.txt
//     echo '{"file":"README.md"}' | swift run queue-only add        one that another program wrote, PHP for one;
//                                                                   `add 60`: not before a minute has passed
//     swift run queue-only run -v            works until nothing is ready
//     swift run queue-only failed            the job for nowhere.txt, and why
//     swift run queue-only                   what there is; `listen`, `pause`, `status ID` …: docs/queue.md
//
// The queue is the file queue-only.sqlite here, or what QUEUE names. Any number of these programs may run at once, and one
// that is killed loses nothing: its jobs are run by another.

import Foundation
import JobQueueKit

/// What is written down: a few fields, as JSON.
struct CountWords: Job {
    static let name = "count-words"
    let file: String
}

/// What does the work.
///
/// It may run twice for one job, if its process is killed just behind the work.
let countWords = JobHandler(CountWords.self) { job, _ in
    // A thrown error is a failed attempt: it is tried again, as often as the job was pushed to be.
    let text = try String(contentsOfFile: job.file, encoding: .utf8)
    print("\(job.file): \(text.split(whereSeparator: \.isWhitespace).count) words")
    return .done
}

let path = ProcessInfo.processInfo.environment["QUEUE"] ?? "queue-only.sqlite"
let queue = JobQueue(store: try SQLiteJobStore(path: path))  // or FileJobStore(path:), or MemoryJobStore()

var words = Array(CommandLine.arguments.dropFirst())
if words.first == "push" {
    for file in words.dropFirst() {
        let id = try await queue.push(CountWords(file: file), .init(attempts: 2, backoff: .fixed(.milliseconds(100))))
        print("job \(id): \(file)")
    }
    exit(0)
}

if words.first == "add" {
    guard let input = try FileHandle.standardInput.readToEnd(),
        let job = try? JSONDecoder().decode(CountWords.self, from: input)
    else {
        FileHandle.standardError.write(Data("queue-only: this is no job: {\"file\":\"README.md\"} would be one\n".utf8))
        exit(1)
    }
    let delay = Duration.seconds(words.count > 1 ? Int(words[1]) ?? 0 : 0)
    print(try await queue.push(job, .init(delay: delay, attempts: 2)))
    exit(0)
}

// Everything else is the kit's: info, run, listen, failed, retry, pause.
let commands = QueueCommands(
    queue: queue,
    worker: JobWorker(queue: queue, handlers: [countWords], concurrency: 2),
    output: { text in
        print(text, terminator: "")
        fflush(nil)
    }
)
let running = Task { [words] in await commands.run(words) }

// Ctrl-C and SIGTERM cancel the task: jobs that run come to their end, and then it returns. Signals are a program's own
// business, so the kit leaves them alone.
let signals = [SIGINT, SIGTERM].map { number in
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number)
    source.setEventHandler { running.cancel() }
    source.resume()
    return source
}
let code = await running.value
for signal in signals { signal.cancel() }
exit(code)
