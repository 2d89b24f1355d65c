/// How an answer that is none becomes an error.
extension DeepSeekError {
    /// The error of an HTTP status that is not 2xx.
    ///
    /// See https://api-docs.deepseek.com/quick_start/error_codes.
    static func refused(_ response: TransportResponse, body: [UInt8], now: Int64) -> Self {
        let complaint = ServerComplaint.read(body)
        let text = complaint?.message ?? quote(body)
        var error = Self(code(ofStatus: response.status, text), text.isEmpty ? "no explanation" : cut(text))
        if (300..<400).contains(response.status) {
            error.message =
                "the server redirects; that is not followed, since the key would go along: check the base URL"
        }
        error.status = response.status
        error.requestID = response.requestID
        error.retryAfter = response.header("retry-after").flatMap {
            RetryAfter.parse($0, now: RetryAfter.date(of: response) ?? now)
        }
        return error
    }

    /// The error of an `error` object in an answer of status 200, or in mid-stream.
    static func complained(_ complaint: ServerComplaint) -> Self {
        let status = complaint.code.flatMap { Int($0) }.flatMap { (400..<600).contains($0) ? $0 : nil }
        let names = [complaint.code ?? "", complaint.type ?? ""]
        let code: Code =
            if let status {
                code(ofStatus: status, complaint.message)
            } else if names.contains(where: { $0.contains("rate_limit") }) {
                .rateLimited
            } else if names.contains(where: { $0.contains("overloaded") || $0.contains("unavailable") }) {
                .overloaded
            } else if names.contains(where: { $0.contains("authentication") || $0 == "invalid_api_key" }) {
                .authentication
            } else if names.contains(where: { $0.contains("invalid_request") || $0.contains("context_length") }) {
                Self.code(ofStatus: 400, complaint.message)
            } else {
                .server
            }
        return Self(code, cut(complaint.message))
    }

    /// The error of an answer that is not what the API sends, with its beginning.
    static func unreadable(_ what: String, _ bytes: some Collection<UInt8>) -> Self {
        let start = quote(bytes)
        return Self(.decoding, start.isEmpty ? "\(what): it is empty" : "\(what): \(start)")
    }

    private static func code(ofStatus status: Int, _ message: String) -> Code {
        switch status {
        case 401, 403: return .authentication
        case 402: return .insufficientBalance
        case 429: return .rateLimited
        case 503: return .overloaded
        case 300..<500:
            let message = message.lowercased()
            if message.contains("content exists risk") { return .contentFilter }
            if message.contains("context length") || message.contains("context window") { return .contextWindow }
            return .invalidRequest
        default: return .server
        }
    }

    /// The first 200 characters of a body on one line.
    private static func quote(_ bytes: some Collection<UInt8>) -> String {
        let text = String(decoding: bytes.prefix(1000), as: UTF8.self)
        let words = text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
        return cut(words, to: 200)
    }

    private static func cut(_ text: String, to length: Int = 500) -> String {
        text.count <= length ? text : text.prefix(length) + "…"
    }
}

extension DeepSeekError {
    /// The same error with what the head of the answer says of it.
    func completed(from response: TransportResponse) -> Self {
        var error = self
        error.status = status ?? response.status
        error.requestID = requestID ?? response.requestID
        return error
    }

    /// The same error with every copy of `secret` in its texts blotted out.
    ///
    /// Servers have been seen quoting the key they refuse.
    func without(_ secret: String) -> Self {
        guard secret.count >= 4 else { return self }
        var clean = self
        clean.message = Self.blot(secret, in: message)
        clean.requestID = requestID.map { Self.blot(secret, in: $0) }
        return clean
    }

    private static func blot(_ secret: String, in text: String) -> String {
        var rest = text[...]
        var clean = ""
        while let found = rest.firstRange(of: secret) {
            clean += rest[..<found.lowerBound] + "[key]"
            rest = rest[found.upperBound...]
        }
        return clean + rest
    }
}
