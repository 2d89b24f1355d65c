/// An answer to one request.
package struct HTTPResponse: Sendable {
    /// What follows the head.
    package enum Body: Sendable {
        /// All of it, sent with its length.
        case bytes([UInt8])
        /// Written as it comes; chunked, so that the client can tell its end from a cut.
        ///
        /// The closure runs in the request's task on the connection's loop. When it returns, the body is complete; when it
        /// throws, the connection closes without completing it (by a reset for `HTTPReset`). It is not called for `HEAD`, 204 and 304.
        case stream(@Sendable (HTTPBodyWriter) async throws -> Void)
    }

    /// A final status: 200 to 599.
    package var status: Int
    /// Header fields, but for those that the server writes: `Content-Length`, `Transfer-Encoding` and `Date`.
    ///
    /// `Connection: close` closes behind the answer.
    package var headers: HTTPHeaders
    package var body: Body

    package init(status: Int, headers: HTTPHeaders = [:], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A short answer in plain text.
    package static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: ["Content-Type": "text/plain; charset=utf-8"],
            body: .bytes(Array(text.utf8))
        )
    }
}

/// Thrown by the writer of a streamed body that is to end in a reset of its connection.
package struct HTTPReset: Error {
    package init() {}
}
