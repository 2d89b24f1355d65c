import CSQLite

/// A prepared statement of one connection.
final class Statement {
    let handle: OpaquePointer
    /// Being stepped right now: the cache must not hand it out a second time.
    var isInUse = false

    private let operation: String
    private let connection: OpaquePointer

    /// Compiles exactly one statement.
    init(_ sql: String, on connection: OpaquePointer) throws(SQLiteError) {
        self.connection = connection
        operation = Self.shortened(sql)
        var statement: OpaquePointer?
        var hasMore = false
        var text = sql
        let code = text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { characters in
                var tail: UnsafePointer<CChar>?
                let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
                let length = Int32(characters.count)
                let code = sqlite3_prepare_v3(connection, characters.baseAddress, length, flags, &statement, &tail)
                if let tail, let start = characters.baseAddress {
                    hasMore = characters[(tail - start)...].contains { $0 > 32 }
                }
                return code
            }
        }
        guard code == SQLITE_OK, let statement, !hasMore else {
            sqlite3_finalize(statement)
            guard code == SQLITE_OK else { throw SQLiteError(of: connection, operation: operation) }
            throw SQLiteError(resultCode: code, operation: operation, cause: "one statement expected")
        }
        handle = statement
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Binds all parameters, steps through the rows and leaves the statement ready for its next use.
    func run(
        _ bindings: [SQLiteValue],
        each body: (Row) throws(SQLiteError) -> Bool
    ) throws(SQLiteError) {
        isInUse = true
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
            isInUse = false
        }
        try bind(bindings)
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW:
                guard try body(Row(statement: handle)) else { return }
            case SQLITE_DONE:
                return
            default:
                throw failure()
            }
        }
    }

    private func bind(_ bindings: [SQLiteValue]) throws(SQLiteError) {
        let expected = Int(sqlite3_bind_parameter_count(handle))
        precondition(expected == bindings.count, "\(operation): \(expected) parameters, \(bindings.count) values")
        for (offset, value) in bindings.enumerated() {
            guard bind(value, at: Int32(offset + 1)) == SQLITE_OK else { throw failure() }
        }
    }

    private func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
        switch value {
        case .null:
            return sqlite3_bind_null(handle, index)
        case .integer(let number):
            return sqlite3_bind_int64(handle, index, number)
        case .real(let number):
            return sqlite3_bind_double(handle, index, number)
        case .text(var text):
            return text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { characters in
                    // An empty buffer may have no address, which SQLite would take for NULL.
                    guard let start = characters.baseAddress else {
                        return sqlite3_bind_text(handle, index, "", 0, Self.copied)
                    }
                    return sqlite3_bind_text(handle, index, start, Int32(characters.count), Self.copied)
                }
            }
        case .blob(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
            return sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count), Self.copied)
        }
    }

    private func failure() -> SQLiteError {
        SQLiteError(of: connection, operation: operation)
    }

    /// SQLITE_TRANSIENT, a macro with a cast that Swift does not import: SQLite copies what is bound.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    private static func shortened(_ sql: String) -> String {
        let words = sql.split { $0.isWhitespace }.joined(separator: " ")
        return words.count <= 80 ? words : words.prefix(80) + "…"
    }
}
