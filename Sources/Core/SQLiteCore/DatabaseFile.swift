import CSQLite
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A database file looked at from outside, while others may be using it: copies and checks.
///
/// Blocks while it works; writers of the file do not wait for it.
package struct DatabaseFile: Sendable {
    /// What was found out about a file.
    package struct Report: Sendable {
        /// Who it says it belongs to.
        package var applicationID: Int32
        /// How many migrations it has seen.
        package var version: Int
        /// What is damaged, in SQLite's words; empty for a sound file.
        package var problems: [String]
        /// The tables with the count of their rows, by name.
        package var counts: [(table: String, rows: Int)]
    }

    /// Where the file is.
    package let path: String

    package init(_ path: String) { self.path = path }

    /// Whether there is such a file.
    package var exists: Bool { access(path, F_OK) == 0 }

    /// Writes a copy of the file as it is at one moment, smaller where it can be, with mode 0600.
    ///
    /// The copy is on the disk when this returns; one that failed leaves nothing behind. Refuses to replace a file.
    package func copy(to target: String) throws(SQLiteError) {
        guard !Self(target).exists else {
            throw SQLiteError(.cannotOpen, operation: "back up to \(target)", cause: "the file is there already")
        }
        let connection = try Connection(path: path, busyLimit: .seconds(10))
        let unfinished = "\(target).\(getpid()).unfinished"
        do throws(SQLiteError) {
            try Self.make(unfinished)
            try connection.run("VACUUM INTO ?", .text(unfinished))
            try Self.publish(unfinished, as: target)
        } catch {
            unlink(unfinished)
            throw error
        }
    }

    /// Reads the whole file and says what it is and whether it is sound.
    package func check() throws(SQLiteError) -> Report {
        let connection = try Connection(path: path, busyLimit: .seconds(10))
        try connection.execute("PRAGMA query_only = ON")
        try connection.run("BEGIN")
        defer { try? connection.execute("COMMIT") }
        let applicationID = try connection.first("PRAGMA application_id") { $0.int(0) } ?? 0
        let version = try connection.first("PRAGMA user_version") { $0.int(0) } ?? 0
        var problems = try connection.rows("PRAGMA integrity_check") { $0.text(0) }.filter { $0 != "ok" }
        problems += try connection.rows("PRAGMA foreign_key_check") {
            "row \($0.int64(1)) of \($0.text(0)) points to a row of \($0.text(2)) that is not there"
        }
        let tables = try connection.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
        ) { $0.text(0) }
        var counts: [(table: String, rows: Int)] = []
        for table in tables {
            let name = table.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            counts.append((table, try connection.first("SELECT count(*) FROM \"\(name)\"") { $0.int(0) } ?? 0))
        }
        return Report(
            applicationID: Int32(truncatingIfNeeded: applicationID),
            version: version,
            problems: problems,
            counts: counts
        )
    }

    /// An empty file, which only its owner may read.
    private static func make(_ path: String) throws(SQLiteError) {
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let error = SystemError("create \(path)")
            throw SQLiteError(.cannotOpen, operation: error.operation, cause: SystemError.text(of: error.code))
        }
        close(descriptor)
    }

    /// Gives a finished copy its name, for good.
    private static func publish(_ unfinished: String, as target: String) throws(SQLiteError) {
        do throws(SystemError) {
            let descriptor = open(unfinished, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw SystemError("open \(unfinished)") }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else { throw SystemError("sync \(unfinished)") }
            // Unlike rename, link does not replace what came there meanwhile.
            guard link(unfinished, target) == 0 else { throw SystemError("create \(target)") }
            unlink(unfinished)
            try Files.syncDirectory(Files.parent(of: target))
        } catch {
            let code: SQLiteError.Code = SQLiteError.isFull(error.code) ? .full : .inputOutput
            throw SQLiteError(code, operation: error.operation, cause: SystemError.text(of: error.code))
        }
    }
}
