/// Reads request line and header fields line by line, and judges the whole at the end.
struct RequestHeadBuilder {
    /// Fields in one head; a request of a browser has about twenty.
    static let fieldLimit = 100

    private let method: String
    private let target: RequestTarget
    private let minorVersion: Int
    private var headers = HTTPHeaders(capacity: 224)

    /// Reads `GET /path HTTP/1.1` (RFC 9112 3).
    init(_ line: Span<UInt8>, targetLimit: Int) throws(RequestViolation) {
        guard let methodEnd = line.firstIndex(of: HTTPSyntax.space) else { throw Self.malformedLine }
        let rest = line.extracting((methodEnd + 1)..<line.count)
        guard let targetEnd = rest.firstIndex(of: HTTPSyntax.space) else { throw Self.malformedLine }
        let name = line.extracting(0..<methodEnd)
        guard HTTPSyntax.isToken(name), name.count <= 32 else { throw .bad("the method is malformed") }
        guard targetEnd <= targetLimit else { throw .targetTooLong }
        minorVersion = try Self.readVersion(rest.extracting((targetEnd + 1)..<rest.count))
        method = name.text
        guard method != "CONNECT" else { throw RequestViolation(501, "this is no proxy") }
        target = try RequestTarget(rest.extracting(0..<targetEnd), method: method)
    }

    /// Reads `Name: value` (RFC 9112 5).
    mutating func readField(_ line: Span<UInt8>) throws(RequestViolation) {
        guard headers.count < Self.fieldLimit else { throw .headTooLarge }
        let (name, value) = try Self.split(line)
        headers.add(line.extracting(name), line.extracting(value))
    }

    /// The head, if all its fields together make sense.
    consuming func finish(bodyLimit: Int) throws(RequestViolation) -> RequestHead {
        try checkHost()
        if let authority = target.authority { headers["Host"] = authority }
        let framing = try readFraming(bodyLimit: bodyLimit)
        let expectation = headers.values("Expect")
        guard minorVersion == 0 || expectation.allSatisfy({ HTTPHeaders.areEqual($0, "100-continue") }) else {
            throw RequestViolation(417, "the expectation is unknown")
        }
        return RequestHead(
            method: method,
            target: target.text,
            path: target.path,
            query: target.query,
            headers: headers,
            minorVersion: minorVersion,
            framing: framing,
            expectsContinue: minorVersion > 0 && !expectation.isEmpty && framing != .none && framing != .length(0)
        )
    }

    /// Checks a field line and says where its name and its value are; a trailer has the same form.
    @discardableResult
    static func split(_ line: Span<UInt8>) throws(RequestViolation) -> (name: Range<Int>, value: Range<Int>) {
        guard !line.isEmpty, !HTTPSyntax.isBlank(line[0]) else {
            throw .bad("a header field is folded")  // RFC 9112 5.2
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .bad("a header field has no colon") }
        guard HTTPSyntax.isToken(line.extracting(0..<colon)) else {
            throw .bad("a header field's name is malformed")  // RFC 9112 5.1: a space before the colon too
        }
        let rest = line.extracting((colon + 1)..<line.count)
        guard HTTPSyntax.isFieldValue(rest) else { throw .bad("a header field has a control character") }
        let value = rest.trimmed
        return (0..<colon, (colon + 1 + value.lowerBound)..<(colon + 1 + value.upperBound))
    }

    private static let malformedLine = RequestViolation.bad("the request line is not method, target and version")

    private static func readVersion(_ version: Span<UInt8>) throws(RequestViolation) -> Int {
        guard version.count == 8, version.extracting(0..<5).text == "HTTP/", HTTPSyntax.isDigit(version[5]),
            version[6] == UInt8(ascii: "."), HTTPSyntax.isDigit(version[7])
        else { throw .bad("the version is malformed") }
        guard version[5] == UInt8(ascii: "1") else { throw RequestViolation(505, "only HTTP/1.1 is spoken here") }
        return version[7] == UInt8(ascii: "0") ? 0 : 1
    }

    /// RFC 9112 3.2: one valid Host, which only HTTP/1.0 may leave out.
    private func checkHost() throws(RequestViolation) {
        guard let host = headers.only("Host") else {
            guard minorVersion == 0, headers["Host"] == nil else { throw .bad("there is not exactly one Host") }
            return
        }
        let text = host.utf8
        guard HTTPSyntax.isAuthority(text.span) else { throw .bad("the Host is malformed") }
    }

    /// RFC 9112 6.3, strictly: whatever two servers could read in two ways is refused.
    private func readFraming(bodyLimit: Int) throws(RequestViolation) -> RequestHead.Framing {
        let hasCoding = headers["Transfer-Encoding"] != nil
        guard headers["Content-Length"] != nil else { return hasCoding ? try readCoding() : .none }
        guard !hasCoding else { throw .bad("both Content-Length and Transfer-Encoding are given") }
        let text = (headers.only("Content-Length") ?? "").utf8
        guard !text.isEmpty, text.span.allSatisfy(HTTPSyntax.isDigit) else {
            throw .bad("the Content-Length is malformed")
        }
        guard let length = HTTPSyntax.number(text.span), length <= bodyLimit else { throw .bodyTooLarge }
        return .length(length)
    }

    private func readCoding() throws(RequestViolation) -> RequestHead.Framing {
        guard minorVersion > 0 else { throw .bad("HTTP/1.0 has no Transfer-Encoding") }
        var (codings, chunked, isChunkedLast) = (0, 0, false)
        headers.forEachElement(of: "Transfer-Encoding") { coding in
            isChunkedLast = coding.matches("chunked")
            codings += 1
            if isChunkedLast { chunked += 1 }
        }
        guard chunked == 1, isChunkedLast else { throw .bad("the Transfer-Encoding does not end in one chunked") }
        guard codings == 1 else { throw RequestViolation(501, "the transfer coding is unknown") }
        return .chunked
    }
}
