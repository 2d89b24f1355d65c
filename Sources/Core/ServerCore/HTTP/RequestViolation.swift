/// What a request did that no answer but an error can follow; the connection closes behind it.
package struct RequestViolation: Error, Sendable, Equatable {
    /// The status that says it: 400, 408, 413, 414, 417, 431, 501 or 505.
    package let status: Int
    /// What is wrong, for the log and the peer; never a piece of the request.
    package let reason: String

    package init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    static func bad(_ reason: String) -> RequestViolation { RequestViolation(400, reason) }

    static let headTooLarge = RequestViolation(431, "the header fields are too large")
    static let targetTooLong = RequestViolation(414, "the request target is too long")
    static let bodyTooLarge = RequestViolation(413, "the body is too large")
    static let timedOut = RequestViolation(408, "the request took too long")
}
