/// A refused or failed operation of a queue: what kind, what was attempted, and why it failed.
public struct QueueError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; new kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// Its name.
        public let description: String

        /// The kind with this name, for stores of other makers.
        public init(_ name: String) {
            description = name
        }

        /// An option or the payload breaks a limit.
        public static let invalidJob = Code("invalidJob")
        /// `beforePush` threw.
        public static let refused = Code("refused")
        /// The store holds no such job: it is done, was removed, or never was.
        public static let unknownJob = Code("unknownJob")
        /// Another process kept the store to itself for too long; try again.
        public static let busy = Code("busy")
        /// There is no queue where one was to be opened.
        public static let missing = Code("missing")
        /// The disk is full; works again when there is space.
        public static let full = Code("full")
        /// The store's files are damaged.
        public static let damaged = Code("damaged")
        /// The store's files belong to another program or a newer version.
        public static let foreign = Code("foreign")
        /// The store cannot be reached, read or written.
        public static let unavailable = Code("unavailable")
        /// The store was closed.
        public static let closed = Code("closed")
    }

    /// The kind of failure.
    public let code: Code
    /// What was attempted.
    public let operation: String
    /// Why it failed; never a payload.
    public let cause: String

    /// An error of that kind.
    public init(_ code: Code, operation: String, cause: String) {
        self.code = code
        self.operation = operation
        self.cause = cause
    }

    static func missing(_ path: String) -> QueueError {
        QueueError(.missing, operation: "open \(path)", cause: "there is no queue at \(path)")
    }

    static func unknown(_ id: JobID, _ operation: String) -> QueueError {
        QueueError(.unknownJob, operation: "\(operation) \(id)", cause: "no such job")
    }

    /// One line for a log.
    public var description: String { "\(operation): \(cause)" }
}
