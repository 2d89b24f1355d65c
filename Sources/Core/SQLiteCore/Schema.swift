import CSQLite
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Who a database file belongs to and which migrations it has seen.
///
/// `application_id` tells our files from others', `user_version` counts the migrations applied.
struct Schema {
    let path: String
    let applicationID: Int32
    let migrations: [String]

    /// Makes the file, empty and with mode 0600, unless it is there; SQLite gives -wal and -shm the same mode.
    ///
    /// Never opens it: closing a descriptor of a file drops every lock this process has on it.
    func makeFile() throws(SQLiteError) {
        let directory = Files.parent(of: path)
        do throws(SystemError) {
            try Files.makeDirectory(directory)
            #if canImport(Darwin)
            let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
            let isNew = descriptor >= 0
            if isNew { close(descriptor) }
            #else
            let isNew = mknod(path, S_IFREG | 0o600, 0) == 0
            #endif
            if isNew {
                try Files.syncDirectory(directory)
            } else if errno != EEXIST {
                throw SystemError("create \(path)")
            }
        } catch {
            let code: SQLiteError.Code = SQLiteError.isFull(error.code) ? .full : .cannotOpen
            throw SQLiteError(code, operation: error.operation, cause: SystemError.text(of: error.code))
        }
    }

    /// Refuses what is not ours, switches to write-ahead logging and applies the missing migrations, all in one
    /// transaction.
    ///
    /// Several processes may do this at once: one migrates, the others find it done.
    func prepare(_ connection: Connection, within limit: Duration) throws(SQLiteError) {
        _ = try checkAtOneMoment(connection)
        try enterWriteAheadLog(connection, within: limit)
        guard try checkAtOneMoment(connection) < migrations.count else { return }
        try connection.run("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            let version = try check(connection)
            for migration in migrations[version...] { try connection.execute(migration) }
            if version < migrations.count {
                try connection.execute("PRAGMA user_version = \(migrations.count)")
                try connection.execute("PRAGMA application_id = \(applicationID)")
            }
            try connection.run("COMMIT")
        } catch {
            if connection.isInTransaction { try? connection.execute("ROLLBACK") }
            throw error
        }
    }

    /// In one transaction, lest another process migrates the file between two looks.
    private func checkAtOneMoment(_ connection: Connection) throws(SQLiteError) -> Int {
        try connection.run("BEGIN")
        defer { try? connection.execute("COMMIT") }
        return try check(connection)
    }

    /// How many migrations the file has seen; throws for a file of another program or of a newer version.
    private func check(_ connection: Connection) throws(SQLiteError) -> Int {
        let found = try number("PRAGMA application_id", connection)
        let version = try number("PRAGMA user_version", connection)
        let isEmpty = try number("SELECT count(*) FROM sqlite_schema", connection) == 0
        if isEmpty, version == 0, found == 0 { return 0 }
        guard found == Int(applicationID) else {
            throw SQLiteError(.foreign, operation: "open \(path)", cause: "a database of another program")
        }
        guard version <= migrations.count else {
            let cause = "written by a newer version (schema \(version), this one knows \(migrations.count))"
            throw SQLiteError(.newer, operation: "open \(path)", cause: cause)
        }
        return version
    }

    private func number(_ sql: String, _ connection: Connection) throws(SQLiteError) -> Int {
        do throws(SQLiteError) {
            return try connection.first(sql) { $0.int(0) } ?? 0
        } catch {
            throw SQLiteError(error.code, resultCode: error.resultCode, operation: "open \(path)", cause: error.cause)
        }
    }

    /// The switch needs the file for itself for a moment, and SQLite does not call the busy handler for it.
    private func enterWriteAheadLog(_ connection: Connection, within limit: Duration) throws(SQLiteError) {
        let deadline = ContinuousClock.now + limit
        while true {
            do throws(SQLiteError) {
                let mode = try connection.first("PRAGMA journal_mode = WAL") { $0.text(0) }
                guard mode == "wal" else {
                    let cause = "no write-ahead log on this file system"
                    throw SQLiteError(.other, operation: "open \(path)", cause: cause)
                }
                return
            } catch {
                guard error.code == .busy, ContinuousClock.now < deadline else { throw error }
                usleep(UInt32.random(in: 200...2000))
            }
        }
    }
}
