/// Why the chat could not do its work: broken machinery, never a user's mistake.
public struct ChatError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// Its name in logs.
        public let rawValue: String

        /// A code of the caller's, for stores and adapters of its own.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The store could not be opened, read or written.
        public static let storage = Code(rawValue: "storage")
        /// What is configured cannot work.
        public static let configuration = Code(rawValue: "configuration")
    }

    /// What kind of failure it is.
    public var code: Code
    /// What was being attempted: `send a message`.
    public var attempted: String
    /// What stood in the way; for the log, never shown to a user.
    public var cause: String

    /// Makes an error.
    public init(_ code: Code, attempted: String, cause: String) {
        self.code = code
        self.attempted = attempted
        self.cause = cause
    }

    /// For logs.
    public var description: String { "could not \(attempted): \(cause)" }
}
