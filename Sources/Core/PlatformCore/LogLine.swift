/// How much a log line matters.
package enum LogLevel: Int, Comparable, Sendable, CaseIterable {
    /// What happens inside, for the one who debugs it.
    case debug
    /// What an operator wants to see in ordinary life.
    case info
    /// Something is not as it should be; service goes on.
    case warning
    /// Something was lost or refused, or needs a person.
    case error

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// One line for a log, as a value: kits turn their public events into it, and only hosts print it.
///
/// Never holds a secret, a proof, a token, a message's content or a query string.
package struct LogLine: Sendable, Equatable {
    package var level: LogLevel
    /// Which part speaks: `gateway`, `queue`, `chat`, `deepseek`, `hawk-api`.
    package var label: String
    package var message: String
    /// Facts beside the message, in order.
    package var fields: [(name: String, value: String)]

    package init(_ level: LogLevel, _ label: String, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        self.level = level
        self.label = label
        self.message = message
        self.fields = fields.map { (name: $0.key, value: $0.value) }
    }

    /// A line with the id of the request that it belongs to, if one is known.
    package init(
        _ level: LogLevel,
        _ label: String,
        _ message: String,
        _ fields: KeyValuePairs<String, String>,
        _ requestID: String?
    ) {
        self.init(level, label, message, fields)
        if let requestID { self.fields.append((name: "request", value: requestID)) }
    }

    /// The line as the kits show it to those who log by other means.
    package var entry: (level: String, message: String, fields: [(name: String, value: String)]) {
        ("\(level)", message, fields)
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.level == right.level && left.label == right.label && left.message == right.message
            && left.fields.elementsEqual(right.fields) { $0 == $1 }
    }
}
