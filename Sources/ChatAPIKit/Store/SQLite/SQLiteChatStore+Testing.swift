package import SQLiteCore

extension SQLiteChatStore {
    /// How SQLite would run a query, step by step.
    package func explain(_ sql: String, _ bindings: [SQLiteValue]) async throws -> [String] {
        try await database.read { connection in
            try connection.rows("EXPLAIN QUERY PLAN \(sql)", bindings: bindings) { $0.text(3) }
        }
    }
}
