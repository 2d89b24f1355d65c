/// A refused or failed operation on a database: what kind it is, what was attempted, SQLite's own words.
///
/// The text names statements, never bound values.
package struct SQLiteError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure, as far as callers act differently on it.
    package enum Code: String, Sendable {
        /// Another process held the write lock for longer than the busy limit.
        case busy
        /// A unique, foreign key, check or not-null constraint refused the change.
        case constraint
        /// The disk is full.
        case full
        /// The file is damaged.
        case corrupt
        /// The file is not a database, or one of another program.
        case foreign
        /// The file was written by a newer version of this program.
        case newer
        /// The file or its directory cannot be opened or made.
        case cannotOpen
        /// The file or its directory may not be written.
        case readOnly
        /// Reading or writing the file failed.
        case inputOutput
        /// The file was removed or replaced while in use.
        case replaced
        /// The database was closed.
        case closed
        /// Anything else, as a mistake in a statement.
        case other
    }

    /// The kind of failure.
    package let code: Code
    /// SQLite's extended result code; 0 where SQLite was not asked.
    package let resultCode: Int32
    /// What was attempted: a path or the beginning of a statement.
    package let operation: String
    /// Why it failed.
    package let cause: String

    package init(_ code: Code, resultCode: Int32 = 0, operation: String, cause: String) {
        self.code = code
        self.resultCode = resultCode
        self.operation = operation
        self.cause = cause
    }

    package var description: String { "\(operation): \(cause)" }
}
