#if os(Linux)
import FoundationEssentials
import JobQueueKit
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Measures the drivers of the job queue, and beside them what the disk can do.
struct QueueBench {
    let options: QueueOptions

    /// Measures every chosen case of every chosen driver.
    func run() async throws -> QueueResults {
        let root = "\(options.directory)/hawk-bench-\(getpid())"
        try Files.makeDirectory(root)
        defer {
            Progress.clear()
            try? FileManager.default.removeItem(atPath: root)
        }
        var results = QueueResults()
        for driver in options.drivers {
            for round in 1...options.rounds {
                try await measure(driver, round: round, in: "\(root)/\(driver.rawValue)-\(round)", &results)
            }
            if options.cases.contains("flat") { try await measureGrowth(driver, in: "\(root)/flat", &results) }
        }
        return results
    }

    private func measure(
        _ driver: QueueDriver,
        round: Int,
        in directory: String,
        _ results: inout QueueResults
    ) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        func show(_ what: String) { Progress.show("\(driver.title), round \(round) of \(options.rounds): \(what)") }
        func load(_ name: String) throws -> QueueLoad {
            try Files.makeDirectory("\(directory)/\(name)")
            return QueueLoad(store: try driver.open("\(directory)/\(name)"), seconds: options.seconds)
        }
        try Files.makeDirectory("\(directory)/disk")
        var disk: [Yardstick: Double] = [:]
        for yardstick in driver.yardsticks {
            show(yardstick.rawValue)
            disk[yardstick] = try yardstick.rate(in: "\(directory)/disk", seconds: options.seconds)
        }
        results.add(disk)
        if options.cases.contains("push") {
            show("push, 64 callers")
            results.add(driver, "push, 64 callers", try await load("many").push(callers: 64), disk, driver.manyUnit)
            show("push, one caller")
            results.add(driver, "push, one caller", try await load("one").push(callers: 1), disk, driver.oneUnit)
        }
        if options.cases.contains("work") {
            let jobs = Int(driver.jobsPerSecond * options.seconds)
            show("reserve, run, settle")
            let rate = try await load("work").work(jobs: jobs, concurrency: 16)
            results.add(driver, "reserve, run, settle; concurrency 16", rate, disk, driver.workUnit)
            if driver == .memory {
                show("batches")
                let batches = try await load("pass").pass(batch: 64)
                results.add(driver, "push, reserve, settle; batches of 64", batches, disk, nil)
                let typed = try await load("typed").pushAndWork(jobs: jobs, concurrency: 16)
                results.add(driver, "push one by one, reserve, run, settle", typed, disk, nil)
            }
        }
        if options.cases.contains("wake") {
            show("push to start")
            try Files.makeDirectory("\(directory)/wake")
            let wake = WakeLoad(driver: driver, path: "\(directory)/wake", seconds: options.seconds)
            results.add(driver, "push to start, same process", try await wake.inProcess())
            if driver != .memory {
                results.add(driver, "push to start, another process", try await wake.acrossProcesses())
            }
        }
    }

    private func measureGrowth(
        _ driver: QueueDriver,
        in directory: String,
        _ results: inout QueueResults
    ) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Files.makeDirectory(directory)
        let load = QueueLoad(store: try driver.open(directory), seconds: options.seconds)
        var waiting = 0
        for size in sequence(first: 1000, next: { $0 < options.jobs ? min(10 * $0, options.jobs) : nil }) {
            Progress.show("\(driver.title), flat: filling up to \(size.grouped) jobs")
            try await load.fill(size - waiting)
            waiting = size
            Progress.show("\(driver.title), flat: with \(size.grouped) jobs")
            results.addCost(driver, "\(size.grouped) waiting", try await load.pass(batch: 16))
        }
        let delayed = min(2 * options.jobs, 200_000)
        Progress.show("\(driver.title), flat: filling up with \(delayed.grouped) delayed jobs")
        try await load.fill(delayed, .init(delay: .seconds(86_400)))
        Progress.show("\(driver.title), flat: with \(delayed.grouped) delayed jobs")
        results.addCost(driver, "and \(delayed.grouped) delayed", try await load.pass(batch: 16))
    }
}

extension QueueDriver {
    /// What of the disk it is compared with.
    fileprivate var yardsticks: [Yardstick] {
        switch self {
        case .memory: []
        case .file: [.file]
        case .sqlite: [.append, .row]
        case .sqliteNormal: [.rowNormal]
        }
    }

    fileprivate var manyUnit: Yardstick? {
        switch self {
        case .memory: nil
        case .file: .file
        case .sqlite: .append
        case .sqliteNormal: .rowNormal
        }
    }

    fileprivate var oneUnit: Yardstick? {
        switch self {
        case .memory, .file: nil
        case .sqlite: .row
        case .sqliteNormal: .rowNormal
        }
    }

    fileprivate var workUnit: Yardstick? { self == .sqlite ? .append : nil }
}
#endif
