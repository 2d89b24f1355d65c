#if os(Linux)
import JobQueueKit

/// A driver as it is measured.
enum QueueDriver: String, CaseIterable, Sendable {
    case memory
    case file
    case sqlite
    case sqliteNormal = "sqlite-normal"

    var title: String {
        switch self {
        case .memory: "memory"
        case .file: "file"
        case .sqlite: "SQLite, synchronous FULL"
        case .sqliteNormal: "SQLite, synchronous NORMAL"
        }
    }

    /// A store, new or not; the path is a directory's, in which there may be one of each driver.
    func open(_ path: String) throws -> any JobStore {
        switch self {
        case .memory: MemoryJobStore()
        case .file: try FileJobStore(path: "\(path)/\(rawValue)")
        case .sqlite: try SQLiteJobStore(path: "\(path)/\(rawValue)/queue.sqlite")
        case .sqliteNormal: try SQLiteJobStore(path: "\(path)/\(rawValue)/queue.sqlite", durability: .normal)
        }
    }

    /// About how many jobs a worker does in a second: so many wait for it when it is measured.
    var jobsPerSecond: Double {
        switch self {
        case .memory: 100_000
        case .file: 3000
        case .sqlite: 15_000
        case .sqliteNormal: 30_000
        }
    }
}

/// A job of about 200 bytes that does nothing.
struct BenchJob: Job {
    static let name = "bench"

    /// When it was pushed, by the clock that all processes share.
    let pushedAt: UInt64
    let filler: String

    init() {
        pushedAt = Monotonic.now
        filler = Self.filler
    }

    private static let filler = String(repeating: "x", count: 160)

    /// As many bytes that are no JSON, for what runs no handler.
    static func raw(_ options: PushOptions = .init()) throws -> NewJob {
        try NewJob(name: name, payload: [UInt8](repeating: 0x78, count: 200), options: options)
    }
}
#endif
