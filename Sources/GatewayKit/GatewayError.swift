/// Why something of the gateway's could not be done.
public struct GatewayError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; more may come, so a switch over it needs a default.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code's name, as logs show it.
        public let description: String

        /// The caller's argument cannot be meant: an empty uid, or `"0"`, which the wire treats as empty.
        public static let invalidArgument = Code(description: "invalid_argument")
        /// The configuration cannot work: an address that is none, a limit below its minimum.
        public static let invalidConfiguration = Code(description: "invalid_configuration")
        /// The address to listen at could not be had.
        public static let listenFailed = Code(description: "listen_failed")
        /// `run()` was called a second time.
        public static let alreadyRunning = Code(description: "already_running")
        /// The gateway did not take a socket: a limit is reached, or a rule or the handler turned it away.
        public static let refused = Code(description: "refused")
        /// The gateway in this process is not running, not yet or not any more.
        public static let stopped = Code(description: "stopped")
        /// The client id names a gateway that is not known here; nothing was sent.
        public static let unknownGateway = Code(description: "unknown_gateway")
        /// No gateway could be reached, or for a query: one of them could not.
        public static let unreachable = Code(description: "unreachable")
        /// Nobody who knows the gateways answered.
        public static let registerUnavailable = Code(description: "register_unavailable")
        /// A gateway did not answer in time.
        public static let timedOut = Code(description: "timed_out")
        /// What came over the inner protocol is not of that protocol.
        public static let malformedAnswer = Code(description: "malformed_answer")
    }

    /// What those gateways said that answered, for each kind of question that goes to all.
    public enum PartialAnswer: Sendable, Hashable {
        /// To `clients(ofUids:)`: a list for each uid.
        case clients([[ClientID]])
        /// To `select`, and to what is built upon it.
        case selected([SelectedClient])
        /// To `groups`.
        case groups([String])
        /// To `clientCounts(inGroups:)`, and to `clientCount`, which is one number.
        case counts([Int])
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was being attempted: `listen at 127.0.0.1:8282`, `bind a client`.
    public let attempt: String
    /// What the system, the peer or the check said; never a secret or a message's content.
    public let cause: String
    /// When a question failed because of some gateways only: what the others said; nil otherwise.
    public internal(set) var partialAnswer: PartialAnswer?

    /// An error from its parts.
    public init(_ code: Code, attempt: String, cause: String) {
        self.code = code
        self.attempt = attempt
        self.cause = cause
    }

    /// The gateway is not running, not yet or not any more.
    static func notRunning(_ attempt: String) -> GatewayError {
        GatewayError(.stopped, attempt: attempt, cause: "the gateway is not running")
    }

    /// `unreachable: bind a client: connect 10.0.0.7:2900: Connection refused`.
    public var description: String { "\(code): \(attempt): \(cause)" }
}

extension GatewayError {
    /// Throws `invalidArgument` for a uid that the inner protocol takes for none.
    package static func check(uid: String, _ attempt: String) throws(GatewayError) {
        guard uid.isEmpty || uid == "0" else { return }
        throw GatewayError(.invalidArgument, attempt: attempt, cause: "a uid is not empty and not \"0\"")
    }

    /// Throws `invalidArgument` for a group that the inner protocol takes for none.
    package static func check(group: String, _ attempt: String) throws(GatewayError) {
        guard group.isEmpty || group == "0" else { return }
        throw GatewayError(.invalidArgument, attempt: attempt, cause: "a group is not empty and not \"0\"")
    }
}
