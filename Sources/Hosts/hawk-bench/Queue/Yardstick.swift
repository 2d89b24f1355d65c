#if os(Linux)
import CSQLite
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the disk of a directory can do by the system's calls alone.
enum Yardstick: String, CaseIterable, Sendable {
    case append = "append 256 B, fdatasync"
    case row = "SQLite FULL, a commit for each row"
    case rowNormal = "SQLite NORMAL, a commit for each row"
    case file = "a file each: write, fsync, rename, fsync of the directory; 4 threads"

    /// As it is called beside a ratio.
    var unit: String {
        switch self {
        case .append: "x fdatasync"
        case .row, .rowNormal: "x one row a commit"
        case .file: "x the bare calls"
        }
    }

    /// How often a second.
    func rate(in directory: String, seconds: Double) throws -> Double {
        switch self {
        case .append: try Self.appends("\(directory)/append", seconds)
        case .row: try Self.rows("\(directory)/rows", "FULL", seconds)
        case .rowNormal: try Self.rows("\(directory)/rows-normal", "NORMAL", seconds)
        case .file: try Self.files("\(directory)/files", seconds)
        }
    }

    private static func appends(_ path: String, _ seconds: Double) throws -> Double {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("create \(path)") }
        defer { close(descriptor) }
        let bytes = [UInt8](repeating: 0x78, count: 256)
        return try repeating(for: seconds) {
            try Files.write(bytes, to: descriptor, path: path)
            guard fdatasync(descriptor) == 0 else { throw SystemError("fdatasync \(path)") }
        }
    }

    private static func rows(_ path: String, _ synchronous: String, _ seconds: Double) throws -> Double {
        var database: OpaquePointer?
        var statement: OpaquePointer?
        defer {
            sqlite3_finalize(statement)
            sqlite3_close_v2(database)
        }
        func check(_ code: Int32) throws {
            if ![SQLITE_OK, SQLITE_DONE].contains(code) { throw BenchError("SQLite says \(code) about \(path)") }
        }
        try check(sqlite3_open(path, &database))
        let script = """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = \(synchronous);
            CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, payload BLOB);
            """
        try check(sqlite3_exec(database, script, nil, nil, nil))
        let insert = "INSERT INTO rows (payload) VALUES (zeroblob(200))"
        try check(sqlite3_prepare_v2(database, insert, -1, &statement, nil))
        return try repeating(for: seconds) {
            try check(sqlite3_step(statement))
            try check(sqlite3_reset(statement))
        }
    }

    private static func files(_ path: String, _ seconds: Double) throws -> Double {
        let rates = Lock<[Swift.Result<Double, any Error>]>([])
        let directory = "\(path)/\(Monotonic.now)"
        try Files.makeDirectory(directory)
        let threads = (0..<4).map { thread in
            Thread(name: "files-\(thread)") {
                var serial = 0
                let rate = Swift.Result {
                    try repeating(for: seconds) {
                        serial += 1
                        let path = "\(directory)/\(thread)-\(serial)"
                        try Files.replace(path, with: [UInt8](repeating: 0x78, count: 400))
                    }
                }
                rates.withLock { $0.append(rate) }
            }
        }
        for thread in threads { thread.join() }
        return try rates.withLock { $0 }.reduce(0) { try $0 + $1.get() }
    }

    private static func repeating(for seconds: Double, _ body: () throws -> Void) rethrows -> Double {
        let start = Monotonic.now
        var count = 0
        while true {
            try body()
            count += 1
            let elapsed = Double(Monotonic.now - start) / 1e9
            if elapsed >= seconds { return Double(count) / elapsed }
        }
    }
}
#endif
