import CSQLite

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension SQLiteError {
    /// The error that a result code of SQLite stands for.
    init(resultCode: Int32, operation: String, cause: String) {
        self.init(Self.code(of: resultCode), resultCode: resultCode, operation: operation, cause: cause)
    }

    /// What a connection says of its last failure.
    init(of connection: OpaquePointer, operation: String) {
        let resultCode = sqlite3_extended_errcode(connection)
        let code = Self.code(of: resultCode)
        // A disk that is full when a file is made, enlarged or synced is a failure of input and output to SQLite.
        let isDisk = code == .inputOutput || code == .cannotOpen
        let isFull = isDisk && Self.isFull(sqlite3_system_errno(connection))
        let path = Self.path(of: connection)
        let words = String(cString: sqlite3_errmsg(connection))
        let (actual, attempt, cause): (Code, String, String) =
            switch isFull ? .full : code {
            case .busy: (.busy, "use \(path)", "another program holds the file; `fuser \(path)` may find it")
            case .full: (.full, "write \(path)", "the disk is full")
            case .corrupt: (.corrupt, "use \(path)", "the file is damaged (\(words))")
            case .foreign: (.foreign, "open \(path)", "this is no database (\(words))")
            case .readOnly: (.readOnly, "write \(path)", "the file or its directory may not be written (\(words))")
            case .inputOutput, .cannotOpen: (code, "use \(path)", words)
            case .newer, .replaced, .closed, .constraint, .other: (code, operation, words)
            }
        self.init(actual, resultCode: resultCode, operation: attempt, cause: cause)
    }

    /// The file of a connection.
    static func path(of connection: OpaquePointer) -> String {
        sqlite3_db_filename(connection, "main").map { String(cString: $0) } ?? "the database"
    }

    /// Whether an error number of the system says that the disk, or the user's share of it, is full.
    static func isFull(_ number: Int32) -> Bool { number == ENOSPC || number == EDQUOT }

    /// Whether a unique index or a primary key refused the change.
    package var isUniqueViolation: Bool {
        resultCode == SQLITE_CONSTRAINT | (8 << 8)  // SQLITE_CONSTRAINT_UNIQUE
            || resultCode == SQLITE_CONSTRAINT | (6 << 8)  // SQLITE_CONSTRAINT_PRIMARYKEY
    }

    private static func code(of resultCode: Int32) -> Code {
        switch resultCode & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_FULL: .full
        case SQLITE_CORRUPT: .corrupt
        case SQLITE_NOTADB: .foreign
        case SQLITE_CANTOPEN: .cannotOpen
        case SQLITE_READONLY, SQLITE_PERM: .readOnly
        case SQLITE_IOERR: .inputOutput
        default: .other
        }
    }
}
