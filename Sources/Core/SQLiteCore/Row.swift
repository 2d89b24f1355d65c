import CSQLite

/// One row of a result, valid only inside the closure it was given to; columns count from 0.
///
/// SQLite converts between its types as its manual says (a NULL read as a number is 0, as text is empty).
package struct Row {
    let statement: OpaquePointer

    /// Whether the column is NULL.
    package func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL
    }

    package func int(_ column: Int) -> Int { Int(int64(column)) }

    package func int64(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }

    package func bool(_ column: Int) -> Bool { int64(column) != 0 }

    package func double(_ column: Int) -> Double { sqlite3_column_double(statement, Int32(column)) }

    /// The text; what is not UTF-8 in it is replaced.
    package func text(_ column: Int) -> String {
        guard let start = sqlite3_column_text(statement, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    package func blob(_ column: Int) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, Int32(column)) else { return [] }
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    package func optionalInt(_ column: Int) -> Int? { isNull(column) ? nil : int(column) }

    package func optionalInt64(_ column: Int) -> Int64? { isNull(column) ? nil : int64(column) }

    package func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }

    package func optionalBlob(_ column: Int) -> [UInt8]? { isNull(column) ? nil : blob(column) }
}
