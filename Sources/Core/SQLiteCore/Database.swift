import PlatformCore

/// A database file: one writer thread that commits in groups, and reader threads that see snapshots.
///
///     let database = try Database(path: "data/jobs.sqlite", options: .init(applicationID: 0x4A4F4253, migrations: [schema]))
///     try await database.write { try $0.run("INSERT INTO jobs (name) VALUES (?)", .text(name)) }
///
/// Several processes and several values may share a file. Nothing runs while nobody asks. What is cancelled while it waits
/// is done all the same.
package final class Database: Sendable {
    /// How a file is opened.
    package struct Options: Sendable {
        /// When a commit is safe from a power cut; a killed process loses nothing either way.
        package enum Synchronous: String, Sendable {
            /// At its end: one fdatasync for each group.
            case full = "FULL"
            /// After the next checkpoint: a power cut may lose the last commits.
            case normal = "NORMAL"
        }

        package var synchronous: Synchronous
        /// How many threads read.
        package var readers: Int
        /// Tells this program's files from others'.
        package var applicationID: Int32
        /// Scripts, applied once each, in order; never change one that was released.
        package var migrations: [String]
        /// How long to wait for the write lock of another process.
        package var busyLimit: Duration
        /// Called on the writer thread behind each commit, before those whose writes it has are answered: what many of
        /// them would do each is done once.
        package var committed: @Sendable () -> Void

        package init(
            synchronous: Synchronous = .full,
            readers: Int = 2,
            applicationID: Int32,
            migrations: [String],
            busyLimit: Duration = .seconds(10),
            committed: @escaping @Sendable () -> Void = {}
        ) {
            self.synchronous = synchronous
            self.readers = readers
            self.applicationID = applicationID
            self.migrations = migrations
            self.busyLimit = busyLimit
            self.committed = committed
        }
    }

    /// Where the file is.
    package let path: String

    private let writes = BlockingQueue<any PendingWrite>()
    private let reads = BlockingQueue<@Sendable (Connection) -> Void>()
    private let ended: Countdown

    /// Opens the file, making it and its directory if needed, and brings its tables up to date; blocks while it does.
    ///
    /// Refuses a damaged file, one of another program and one of a newer version.
    package init(path: String, options: Options) throws(SQLiteError) {
        precondition(options.readers > 0, "a database needs a reader")
        self.path = path
        let schema = Schema(path: path, applicationID: options.applicationID, migrations: options.migrations)
        try schema.makeFile()
        let writer = try Connection(path: path, busyLimit: options.busyLimit)
        try writer.execute("PRAGMA synchronous = \(options.synchronous.rawValue)")
        try schema.prepare(writer, within: options.busyLimit)
        try writer.execute(
            "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = 67108864"
        )
        var readers: [Connection] = []
        for _ in 0..<options.readers {
            let reader = try Connection(path: path, busyLimit: options.busyLimit)
            try reader.execute("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF")
            readers.append(reader)
        }
        ended = Countdown(options.readers + 1)
        start(writer: writer, readers: readers, committed: options.committed)
    }

    deinit {
        writes.close()
        reads.close()
    }

    /// Runs `body` on the writer thread, inside a transaction shared with whatever else waits, and returns after its
    /// commit.
    ///
    /// If `body` throws, only its own changes are undone. If the commit fails, all of the group throw that error. It must
    /// not begin or end transactions itself, and may be run twice: where another write of the group throws, all are undone
    /// and done again.
    @discardableResult
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            guard writes.push(Write(body, continuation)) else {
                continuation.resume(throwing: closed("write"))
                return
            }
        }
    }

    /// Runs `body` on a reader thread, inside a read transaction: all its queries see one state of the file.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let accepted = reads.push { connection in
                continuation.resume(
                    with: Result {
                        try connection.checkFileIsThere()
                        try connection.run("BEGIN")
                        defer { try? connection.execute("COMMIT") }
                        return try body(connection)
                    }
                )
            }
            if !accepted { continuation.resume(throwing: closed("read")) }
        }
    }

    /// Finishes what waits, refuses what comes later, and returns once every connection is closed.
    package func close() async {
        writes.close()
        reads.close()
        await ended.wait()
    }

    private func start(writer: Connection, readers: [Connection], committed: @escaping @Sendable () -> Void) {
        let writing = Handover(writer)
        Thread(name: "sqlite-write") { [writes, ended] in
            Writer(connection: writing.take(), inbox: writes, committed: committed).run()
            ended.signal()
        }
        .detach()
        for reader in readers {
            let reading = Handover(reader)
            Thread(name: "sqlite-read") { [reads, ended] in
                Self.read(reads, on: reading.take())
                ended.signal()
            }
            .detach()
        }
    }

    private static func read(_ reads: BlockingQueue<@Sendable (Connection) -> Void>, on connection: Connection) {
        while let read = reads.take(max: 1).first { read(connection) }
    }

    private func closed(_ operation: String) -> SQLiteError {
        SQLiteError(.closed, operation: "\(operation) \(path)", cause: "the database is closed")
    }
}

/// Takes a connection to the thread that will own it.
private final class Handover: @unchecked Sendable {
    // Proof of Sendable: filled before the thread starts, emptied by that thread, touched by no other.
    private var connection: Connection?

    init(_ connection: Connection) {
        self.connection = connection
    }

    func take() -> Connection {
        defer { connection = nil }
        return connection!
    }
}
