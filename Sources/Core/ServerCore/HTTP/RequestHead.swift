/// Request line and header fields, checked: what `RequestParser` says first about a request.
package struct RequestHead: Sendable, Equatable {
    /// How the body is delimited (RFC 9112 6.3).
    package enum Framing: Sendable, Equatable {
        case none
        case length(Int)
        case chunked
    }

    /// The method as sent: methods are case-sensitive.
    package let method: String
    /// The target as sent.
    package let target: String
    /// The target's path, percent-decoded once; an encoded slash stays as `%2F`, since it separates nothing.
    ///
    /// `*` for `OPTIONS *`. It has no `.` or `..` segment, no control character, and is valid UTF-8: else the parser
    /// refuses the request.
    package let path: String
    /// What follows the first `?`, as sent; empty if there is nothing.
    package let query: String
    /// The header fields; for a target in absolute form, `Host` is that target's (RFC 9112 3.2.2).
    package let headers: HTTPHeaders
    /// The version's last digit: 0 for HTTP/1.0, else 1.
    package let minorVersion: Int
    /// How the body is delimited.
    package let framing: Framing
    /// Whether the client awaits `100 Continue` before it sends the body.
    package let expectsContinue: Bool

    /// Whether the client wants to send another request on the connection (RFC 9112 9.3).
    package var keepsAlive: Bool {
        if headers.contains("close", in: "Connection") { return false }
        return minorVersion > 0 || headers.contains("keep-alive", in: "Connection")
    }
}
