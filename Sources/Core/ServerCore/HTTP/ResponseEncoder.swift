/// Writes response heads (RFC 9112 4 and 6, RFC 9110 6.4).
package struct ResponseEncoder {
    /// What follows a head.
    package enum BodyForm: Equatable {
        /// Nothing: the request was `HEAD`, or the status has no body.
        case none
        case whole
        case chunked
        /// HTTP/1.0 knows no chunks: the body ends with the connection.
        case untilClose
    }

    /// What the request says about its answer.
    package struct Context {
        var isHead = false
        var minorVersion = 1
        /// Whether client and server both want to go on.
        var keepsAlive = true

        package init(isHead: Bool = false, minorVersion: Int = 1, keepsAlive: Bool = true) {
            self.isHead = isHead
            self.minorVersion = minorVersion
            self.keepsAlive = keepsAlive
        }
    }

    package let form: BodyForm
    let keepsAlive: Bool
    package private(set) var head: [UInt8] = []

    /// Nil if the response may not be sent as it is: a name or value would break the head apart, or the status is not a
    /// final one.
    package init?(_ response: HTTPResponse, _ context: Context, date: [UInt8]) {
        guard (200...599).contains(response.status), response.headers.isValid else {
            return nil
        }
        form = Self.form(response, context)
        keepsAlive = context.keepsAlive && form != .untilClose && !response.headers.contains("close", in: "Connection")
        head.reserveCapacity(256)
        append("HTTP/1.1 \(response.status) \(Self.phrase(response.status))\r\n")
        head += date
        for field in response.headers.fields where !Self.isOurs(field.name) {
            append("\(field.name): \(field.value)\r\n")
        }
        appendFraming(response, context)
        if !keepsAlive {
            append("Connection: close\r\n")
        } else if context.minorVersion == 0 {
            append("Connection: keep-alive\r\n")
        }
        append("\r\n")
    }

    /// The `Date` line for a time in seconds since 1970.
    static func dateLine(_ seconds: Int64) -> [UInt8] {
        Array("Date: \(HTTPDate.text(seconds))\r\n".utf8)
    }

    private mutating func appendFraming(_ response: HTTPResponse, _ context: Context) {
        // RFC 9110 8.6 and 6.4.1: 204 has no length; for HEAD it is the one that GET would have.
        guard response.status != 204, response.status != 304 else { return }
        switch response.body {
        case .bytes(let bytes): append("Content-Length: \(bytes.count)\r\n")
        case .stream: if context.minorVersion > 0 { append("Transfer-Encoding: chunked\r\n") }
        }
    }

    private mutating func append(_ text: String) {
        head.append(contentsOf: text.utf8)
    }

    private static func form(_ response: HTTPResponse, _ context: Context) -> BodyForm {
        if context.isHead || response.status == 204 || response.status == 304 { return .none }
        switch response.body {
        case .bytes: return .whole
        case .stream: return context.minorVersion > 0 ? .chunked : .untilClose
        }
    }

    private static func isOurs(_ name: String) -> Bool {
        ["Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Date"].contains {
            HTTPHeaders.areEqual($0, name)
        }
    }

    private static func phrase(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 426: "Upgrade Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: ""  // RFC 9112 4: the phrase may be empty
        }
    }
}
