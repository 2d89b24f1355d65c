import CSQLite

extension SQLiteError {
    /// The error that a result code of SQLite stands for.
    init(resultCode: Int32, operation: String, cause: String) {
        self.init(Self.code(of: resultCode), resultCode: resultCode, operation: operation, cause: cause)
    }

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
