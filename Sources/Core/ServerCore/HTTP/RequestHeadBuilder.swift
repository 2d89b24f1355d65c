/// Reads request line and header fields line by line, and judges the whole at the end.
struct RequestHeadBuilder {
    /// Fields in one head; a request of a browser has about twenty.
    static let fieldLimit = 100

    private var method = ""
    private var target = ""
    private var parsed: RequestTarget?
    private var minorVersion = 1
    private var headers = HTTPHeaders()

    /// Reads `GET /path HTTP/1.1` (RFC 9112 3).
    mutating func readRequestLine(_ line: [UInt8], targetLimit: Int) throws(RequestViolation) {
        let parts = line.split(separator: HTTPSyntax.space, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .bad("the request line is not method, target and version") }
        guard HTTPSyntax.isToken(parts[0]), parts[0].count <= 32 else { throw .bad("the method is malformed") }
        guard parts[1].count <= targetLimit else { throw .targetTooLong }
        minorVersion = try Self.readVersion(parts[2])
        method = String(decoding: parts[0], as: UTF8.self)
        guard method != "CONNECT" else { throw RequestViolation(501, "this is no proxy") }
        target = String(decoding: parts[1], as: UTF8.self)
        parsed = try RequestTarget(parts[1], method: method)
    }

    /// Reads `Name: value` (RFC 9112 5).
    mutating func readField(_ line: [UInt8]) throws(RequestViolation) {
        guard headers.fields.count < Self.fieldLimit else { throw .headTooLarge }
        let (name, value) = try Self.split(line)
        headers.add(name, value)
    }

    /// The head, if all its fields together make sense.
    consuming func finish(bodyLimit: Int) throws(RequestViolation) -> RequestHead {
        guard let parsed else { throw .bad("there is no request line") }
        try checkHost()
        if let authority = parsed.authority { headers["Host"] = authority }
        let framing = try readFraming(bodyLimit: bodyLimit)
        let expectation = headers.values("Expect")
        guard minorVersion == 0 || expectation.allSatisfy({ HTTPHeaders.areEqual($0, "100-continue") }) else {
            throw RequestViolation(417, "the expectation is unknown")
        }
        return RequestHead(
            method: method,
            target: target,
            path: parsed.path,
            query: parsed.query,
            headers: headers,
            minorVersion: minorVersion,
            framing: framing,
            expectsContinue: minorVersion > 0 && !expectation.isEmpty && framing != .none && framing != .length(0)
        )
    }

    /// Checks a field line and takes it apart; a trailer has the same form.
    static func split(_ line: [UInt8]) throws(RequestViolation) -> (name: String, value: String) {
        guard let first = line.first, !HTTPSyntax.isBlank(first) else {
            throw .bad("a header field is folded")  // RFC 9112 5.2
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .bad("a header field has no colon") }
        let name = line[..<colon]
        guard HTTPSyntax.isToken(name) else {
            throw .bad("a header field's name is malformed")  // RFC 9112 5.1: a space before the colon too
        }
        var value = line[(colon + 1)...]
        value = value.drop { HTTPSyntax.isBlank($0) }
        while let last = value.last, HTTPSyntax.isBlank(last) { value = value.dropLast() }
        guard HTTPSyntax.isFieldValue(value) else { throw .bad("a header field has a control character") }
        return (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    private static func readVersion(_ bytes: ArraySlice<UInt8>) throws(RequestViolation) -> Int {
        let version = Array(bytes)
        guard version.count == 8, version.starts(with: "HTTP/".utf8), HTTPSyntax.isDigit(version[5]),
            version[6] == UInt8(ascii: "."), HTTPSyntax.isDigit(version[7])
        else { throw .bad("the version is malformed") }
        guard version[5] == UInt8(ascii: "1") else { throw RequestViolation(505, "only HTTP/1.1 is spoken here") }
        return version[7] == UInt8(ascii: "0") ? 0 : 1
    }

    /// RFC 9112 3.2: one valid Host, which only HTTP/1.0 may leave out.
    private func checkHost() throws(RequestViolation) {
        let hosts = headers.values("Host")
        guard hosts.count <= 1 else { throw .bad("there is more than one Host") }
        guard let host = hosts.first else {
            if minorVersion > 0 { throw .bad("there is no Host") }
            return
        }
        guard HTTPSyntax.isAuthority(host.utf8) else { throw .bad("the Host is malformed") }
    }

    /// RFC 9112 6.3, strictly: whatever two servers could read in two ways is refused.
    private func readFraming(bodyLimit: Int) throws(RequestViolation) -> RequestHead.Framing {
        let lengths = headers.values("Content-Length")
        let hasCoding = headers["Transfer-Encoding"] != nil
        guard lengths.isEmpty || !hasCoding else { throw .bad("both Content-Length and Transfer-Encoding are given") }
        if hasCoding { return try readCoding() }
        guard let text = lengths.first else { return .none }
        guard lengths.count == 1, !text.isEmpty, text.utf8.allSatisfy({ HTTPSyntax.isDigit($0) }) else {
            throw .bad("the Content-Length is malformed")
        }
        guard let length = HTTPSyntax.number(text.utf8), length <= bodyLimit else { throw .bodyTooLarge }
        return .length(length)
    }

    private func readCoding() throws(RequestViolation) -> RequestHead.Framing {
        guard minorVersion > 0 else { throw .bad("HTTP/1.0 has no Transfer-Encoding") }
        let codings = headers.elements(of: "Transfer-Encoding")
        let chunked = codings.filter { HTTPHeaders.areEqual($0, "chunked") }.count
        if codings.count == 1, chunked == 1 { return .chunked }
        if chunked == 1, let last = codings.last, HTTPHeaders.areEqual(last, "chunked") {
            throw RequestViolation(501, "the transfer coding is unknown")
        }
        throw .bad("the Transfer-Encoding does not end in one chunked")
    }
}
