/// How an answer that is none becomes an error.
extension DeepSeekError {
    /// The error of an HTTP status that is not 2xx.
    ///
    /// See https://api-docs.deepseek.com/quick_start/error_codes.
    static func refused(_ response: TransportResponse, body: [UInt8], now: Int64) -> Self {
        let complaint = ServerComplaint.read(body)
        let text = complaint.map { short($0.message) } ?? quote(body)
        var error = Self(code(ofStatus: response.status, text, complaint), text.isEmpty ? "no explanation" : text)
        if (300..<400).contains(response.status) {
            error.message =
                "the server redirects; that is not followed, since the key would go along: check the base URL"
        }
        error.retryAfter = response.header("retry-after").flatMap {
            RetryAfter.parse($0, now: RetryAfter.date(of: response) ?? now)
        }
        return error.completed(from: response)
    }

    /// The error of an `error` object in an answer of status 200, or in mid-stream.
    static func complained(_ complaint: ServerComplaint) -> Self {
        let status = complaint.code.flatMap { Int($0) }.flatMap { (400..<600).contains($0) ? $0 : nil }
        let names = [complaint.code ?? "", complaint.type ?? ""]
        let code: Code =
            if let status {
                code(ofStatus: status, complaint.message, complaint)
            } else if names.contains(where: { $0.contains("rate_limit") }) {
                .rateLimited
            } else if names.contains(where: { $0.contains("overloaded") || $0.contains("unavailable") }) {
                .overloaded
            } else if names.contains(where: { $0.contains("authentication") || $0 == "invalid_api_key" }) {
                .authentication
            } else if names.contains(where: { $0.contains("invalid_request") || $0.contains("context_length") }) {
                Self.code(ofStatus: 400, complaint.message, complaint)
            } else {
                .server
            }
        return Self(code, short(complaint.message))
    }

    /// The error of an answer that is not what the API sends, with its beginning.
    static func unreadable(_ what: String, _ bytes: some Collection<UInt8>) -> Self {
        let start = quote(bytes)
        return Self(.decoding, start.isEmpty ? "\(what): it is empty" : "\(what): \(start)")
    }

    private static func code(ofStatus status: Int, _ message: String, _ complaint: ServerComplaint?) -> Code {
        switch status {
        case 401, 403: return .authentication
        case 402: return .insufficientBalance
        case 429: return .rateLimited
        case 503: return .overloaded
        case 300..<500:
            let message = message.lowercased()
            if message.contains("content exists risk") { return .contentFilter }
            let isTooLong = message.contains("context length") || message.contains("context window")
            return isTooLong || complaint?.code == "context_length_exceeded" ? .contextWindow : .invalidRequest
        default: return .server
        }
    }

    /// The first 200 characters of a body on one line.
    private static func quote(_ bytes: some Collection<UInt8>) -> String {
        short(String(decoding: bytes.prefix(1000), as: UTF8.self), 200, isWhole: bytes.count <= 1000)
    }

    /// The beginning of a server's text on one line, without what a terminal would obey.
    private static func short(_ text: String, _ length: Int = 500, isWhole: Bool = true) -> String {
        let start = text.prefix(length * 4)
        let line = start.split { $0.isWhitespace || $0.isControl }.joined(separator: " ")
        let isShort = line.count <= length && start.endIndex == text.endIndex && isWhole
        return isShort ? line : line.prefix(length) + "…"
    }
}

extension Character {
    fileprivate var isControl: Bool { unicodeScalars.contains { $0.properties.generalCategory == .control } }
}

extension DeepSeekError {
    /// The same error with what the head of the answer says of it.
    func completed(from response: TransportResponse) -> Self {
        var error = self
        error.status = status ?? response.status
        error.requestID = requestID ?? response.requestID.map { Self.short($0, 100) }
        return error
    }

    /// The same error with every copy of the secrets in its texts blotted out.
    ///
    /// Servers have been seen quoting the key they refuse.
    func without(_ secrets: [String]) -> Self {
        var clean = self
        let spellings = secrets.flatMap { Set([$0, Self.percentEncoded($0)]) }
        for secret in spellings where secret.count >= 4 {
            clean.message = Self.blot(secret, in: clean.message)
            clean.requestID = clean.requestID.map { Self.blot(secret, in: $0) }
        }
        return clean
    }

    /// As it stands in a quoted URL: every byte but RFC 3986's unreserved ones as `%XX`.
    private static func percentEncoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~".contains(character) {
                encoded.append(character)
            } else {
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }

    private static func blot(_ secret: String, in text: String) -> String {
        var rest = text[...]
        var clean = ""
        while let found = rest.firstRange(of: secret) {
            clean += rest[..<found.lowerBound] + "[key]"
            rest = rest[found.upperBound...]
        }
        // Texts are cut before this, so the last of them may have a beginning of it.
        guard rest.last == "…" else { return clean + rest }
        let cut = (4..<secret.count).reversed().first { rest.dropLast().hasSuffix(secret.prefix($0)) }
        return clean + (cut.map { rest.dropLast($0 + 1) + "[key]…" } ?? rest)
    }
}
