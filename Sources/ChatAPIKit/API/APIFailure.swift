/// Why a request is not done: the status and the body of the answer.
///
/// Codes are for programs, messages for people; neither ever holds a token, a proof or what else was sent.
struct APIFailure: Error {
    let status: Int
    let code: String
    let message: String
    var details: JSON = nil
    var headers: [(name: String, value: String)] = []

    /// The answer that says so.
    var response: ChatResponse {
        let error: JSON = ["code": .string(code), "message": .string(message), "details": details]
        return ChatResponse(status, ["error": error], headers: headers)
    }
}

extension APIFailure {
    static let badHost = Self(status: 400, code: "bad_host", message: "The Host header must be one host[:port].")
    static let malformedJSON = Self(status: 400, code: "malformed_json", message: "The body is not JSON in UTF-8.")
    static let deepJSON = Self(
        status: 400,
        code: "json_too_deep",
        message: "The body nests arrays and objects deeper than \(JSON.maximumDepth) levels."
    )
    static let noObject = Self(status: 400, code: "malformed_json", message: "The body must be a JSON object.")
    static let badProof = Self(
        status: 403,
        code: "proof_invalid",
        message: "The proof is not that of this client_id."
    )
    static let originNotAllowed = Self(
        status: 403,
        code: "origin_not_allowed",
        message: "This API does not serve pages of that origin."
    )
    static let notFound = Self(status: 404, code: "not_found", message: "There is no such thing here.")
    static let proofExpired = Self(
        status: 409,
        code: "proof_expired",
        message: "The proof is too old: open a new socket."
    )
    static let clientGone = Self(
        status: 409,
        code: "client_gone",
        message: "This socket is not open any more: open a new one."
    )
    static let notBound = Self(
        status: 409,
        code: "not_bound",
        message: "This socket is not bound to you."
    )
    static let idempotencyConflict = Self(
        status: 409,
        code: "idempotency_conflict",
        message: "This idempotency_key came before, with another request."
    )
    static let bodyTooLarge = Self(status: 413, code: "body_too_large", message: "The body is too large.")
    static let noJSON = Self(
        status: 415,
        code: "unsupported_media_type",
        message: "The body must be sent as application/json."
    )
    static let noUTF8 = Self(
        status: 415,
        code: "unsupported_media_type",
        message: "The body must be in UTF-8: JSON is not sent in another charset."
    )
    static let tooManyStreams = Self(
        status: 429,
        code: "too_many_streams",
        message: "Too many of your streams are open: close one, or read the log as JSON.",
        headers: [(name: "Retry-After", value: "5")]
    )
    static let broken = Self(
        status: 500,
        code: "internal",
        message: "Something broke here. It was logged under this answer's X-Request-Id."
    )
    static let gatewayUnavailable = Self(
        status: 503,
        code: "gateway_unavailable",
        message: "The gateway cannot be reached right now: try again with the same socket.",
        headers: [(name: "Retry-After", value: "1")]
    )

    static func unauthenticated(_ failure: AuthenticationFailure) -> Self {
        // RFC 6750 3: the error is named only if a token was sent.
        let reason = failure.isTokenInvalid ? ", error=\"invalid_token\", error_description=\"\(failure.message)\"" : ""
        return Self(
            status: 401,
            code: failure.code,
            message: failure.message,
            headers: [(name: "WWW-Authenticate", value: "Bearer realm=\"hawk\"\(reason)")]
        )
    }

    static func rateLimited(for wait: Duration) -> Self {
        let seconds = max(1, Int((wait / .seconds(1)).rounded(.up)))
        return Self(
            status: 429,
            code: "rate_limited",
            message: "Too many questions in a short time: ask again in \(seconds) s.",
            headers: [(name: "Retry-After", value: "\(seconds)")]
        )
    }

    static func tooManyReplies(_ limit: Int) -> Self {
        Self(
            status: 429,
            code: "too_many_replies",
            message: "\(limit) of your answers are still being written: wait for one, or stop it.",
            headers: [(name: "Retry-After", value: "5")]
        )
    }

    static func wrongMethod(allowed: [String]) -> Self {
        let list = allowed.joined(separator: ", ")
        return Self(
            status: 405,
            code: "method_not_allowed",
            message: "This path takes \(list).",
            headers: [(name: "Allow", value: list)]  // RFC 9110 15.5.6
        )
    }

    static func replyEnded(_ reply: Reply) -> Self {
        Self(
            status: 409,
            code: "reply_ended",
            message: "The reply has ended already.",
            details: [
                "state": .string(reply.state.rawValue), "attempt": .integer(reply.attempt),
                "last_seq": .integer(reply.lastSeq),
            ]
        )
    }

    static func replyUnfinished(_ reply: Reply) -> Self {
        Self(
            status: 409,
            code: "reply_unfinished",
            message: "A reply to this message has not ended yet.",
            details: ["reply_id": .string(reply.id), "state": .string(reply.state.rawValue)]
        )
    }
}

extension APIFailure {
    /// What a server found wrong with the request itself.
    static func refused(_ status: Int, _ reason: String) -> Self {
        let code =
            switch status {
            case 408: "timeout"
            case 413: "body_too_large"
            case 414: "uri_too_long"
            case 417: "expectation_failed"
            case 431: "headers_too_large"
            default: "bad_request"
            }
        return Self(status: status, code: code, message: "The request was refused: \(reason).")
    }
}
