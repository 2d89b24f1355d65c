import CSQLite

/// One connection to a database file, confined to the thread that runs its closures.
///
/// Statements are compiled once and kept; write them as constants with `?` parameters, never with values in the text.
package final class Connection {
    private let handle: OpaquePointer
    private let busyWait: BusyWait
    private var statements: [String: Statement] = [:]

    private static let cacheLimit = 256

    /// Opens an existing file.
    init(path: String, busyLimit: Duration) throws(SQLiteError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            let cause = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw SQLiteError(resultCode: code, operation: "open \(path)", cause: cause)
        }
        handle = opened
        busyWait = BusyWait(limit: busyLimit)
        busyWait.install(on: opened)
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Runs one statement and returns how many rows it changed.
    @discardableResult
    package func run(_ sql: String, _ bindings: SQLiteValue...) throws(SQLiteError) -> Int {
        try run(sql, bindings: bindings)
    }

    /// Runs one statement with values gathered in an array and returns how many rows it changed.
    @discardableResult
    package func run(_ sql: String, bindings: [SQLiteValue]) throws(SQLiteError) -> Int {
        let before = sqlite3_total_changes64(handle)
        try statement(sql).run(bindings) { _ throws(SQLiteError) in true }
        return sqlite3_total_changes64(handle) == before ? 0 : Int(sqlite3_changes64(handle))
    }

    /// All rows of a query, in its order.
    package func rows<Value>(
        _ sql: String,
        _ bindings: SQLiteValue...,
        map: (Row) throws(SQLiteError) -> Value
    ) throws(SQLiteError) -> [Value] {
        try rows(sql, bindings: bindings, map: map)
    }

    /// All rows of a query with values gathered in an array.
    package func rows<Value>(
        _ sql: String,
        bindings: [SQLiteValue],
        map: (Row) throws(SQLiteError) -> Value
    ) throws(SQLiteError) -> [Value] {
        var values: [Value] = []
        try statement(sql).run(bindings) { row throws(SQLiteError) in
            values.append(try map(row))
            return true
        }
        return values
    }

    /// The first row of a query; nil when there is none.
    ///
    /// A statement that changes something (`… RETURNING`) is run to its end.
    package func first<Value>(
        _ sql: String,
        _ bindings: SQLiteValue...,
        map: (Row) throws(SQLiteError) -> Value
    ) throws(SQLiteError) -> Value? {
        let statement = try statement(sql)
        let isReadOnly = sqlite3_stmt_readonly(statement.handle) != 0
        var value: Value?
        try statement.run(bindings) { row throws(SQLiteError) in
            if value == nil { value = try map(row) }
            return !isReadOnly
        }
        return value
    }

    /// Runs a script of several statements without values, as a migration is.
    package func execute(_ script: String) throws(SQLiteError) {
        let code = sqlite3_exec(handle, script, nil, nil, nil)
        guard code == SQLITE_OK else {
            throw SQLiteError(of: handle, operation: String(script.prefix(80)))
        }
    }

    /// Throws if the file is no longer at its path: what is written to one that was removed or replaced is lost.
    ///
    /// Asks the system once, which costs about a microsecond.
    func checkFileIsThere() throws(SQLiteError) {
        var hasMoved: Int32 = 0
        let code = sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
        guard code == SQLITE_OK, hasMoved != 0 else { return }
        let cause = "was removed or replaced while in use: restart the programs that use it"
        throw SQLiteError(.replaced, operation: "use \(SQLiteError.path(of: handle))", cause: cause)
    }

    /// The rowid of the row inserted last.
    package var lastInsertedRowID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Whether a transaction is open; some failures (a full disk) end it by themselves.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    private func statement(_ sql: String) throws(SQLiteError) -> Statement {
        if let cached = statements[sql], !cached.isInUse { return cached }
        let statement = try Statement(sql, on: handle)
        if statements[sql] == nil {
            if statements.count >= Self.cacheLimit { statements.removeAll() }
            statements[sql] = statement
        }
        return statement
    }
}
