package import ServerCore

/// The server's side of the opening handshake: what to answer to a request (RFC 6455 4.2).
package enum Handshake {
    /// An HTTP answer instead of a socket; the connection closes behind it.
    package struct Refusal: Sendable, Equatable {
        package let status: Int
        package let reason: String
        /// Header fields that the status asks for.
        package var headers: [String] = []

        /// The finished answer; its body is the reason.
        package var response: [UInt8] {
            var lines = ["HTTP/1.1 \(status) \(Self.phrase(of: status))"] + headers
            lines += ["Connection: close", "Content-Type: text/plain; charset=utf-8"]
            lines += ["Content-Length: \(reason.utf8.count + 1)", "", "\(reason)\n"]
            return Array(lines.joined(separator: "\r\n").utf8)
        }

        /// The handshake took too long.
        package static let timedOut = Refusal(status: 408, reason: "the handshake took too long")

        private static func phrase(of status: Int) -> String {
            switch status {
            case 400: "Bad Request"
            case 403: "Forbidden"
            case 405: "Method Not Allowed"
            case 408: "Request Timeout"
            case 413: "Content Too Large"
            case 414: "URI Too Long"
            case 417: "Expectation Failed"
            case 426: "Upgrade Required"
            case 431: "Request Header Fields Too Large"
            case 501: "Not Implemented"
            case 505: "HTTP Version Not Supported"
            default: "Error"
            }
        }
    }

    /// The answer that makes a socket of the connection (RFC 6455 4.2.2).
    ///
    /// - Parameters:
    ///   - head: A request that is not refused.
    ///   - extensions: What was agreed on, as the field's value.
    /// - Returns: The bytes to write.
    package static func response(to head: RequestHead, extensions: String?) -> [UInt8] {
        let key = head.headers["Sec-WebSocket-Key"] ?? ""
        var response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        response += "Sec-WebSocket-Accept: \(accept(key))\r\n"
        if let extensions { response += "Sec-WebSocket-Extensions: \(extensions)\r\n" }
        response += "\r\n"
        return Array(response.utf8)
    }

    /// What shows that the server has read the key (RFC 6455 4.2.2, 5.4).
    package static func accept(_ key: String) -> String {
        Base64.encode(Digest.sha1("\(key)258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))
    }

    /// Why a request gets no socket; nil if nothing is wrong with it, and nil for `allowedOrigins` allows any.
    package static func refusal(of head: RequestHead, allowedOrigins: [String]?) -> Refusal? {
        guard head.method == "GET" else {
            return Refusal(status: 405, reason: "a WebSocket begins with GET", headers: ["Allow: GET"])
        }
        let headers = head.headers
        guard headers.contains("websocket", in: "Upgrade") else {
            return Refusal(
                status: 426,
                reason: "this address speaks WebSocket only",
                headers: ["Upgrade: websocket", version]  // RFC 9110 15.5.22
            )
        }
        guard head.minorVersion > 0 else { return Refusal(status: 400, reason: "a WebSocket needs HTTP/1.1") }
        guard headers.contains("Upgrade", in: "Connection") else {
            return Refusal(status: 400, reason: "the Connection field does not say Upgrade")
        }
        guard headers.values("Sec-WebSocket-Version") == ["13"] else {
            // RFC 6455 4.4
            return Refusal(
                status: 426,
                reason: "the version of WebSocket is 13",
                headers: ["Upgrade: websocket", version]
            )
        }
        let keys = headers.values("Sec-WebSocket-Key")
        guard keys.count == 1, Base64.decode(keys[0])?.count == 16 else {
            return Refusal(status: 400, reason: "the Sec-WebSocket-Key is not 16 bytes in base 64")
        }
        guard head.framing == .none || head.framing == .length(0) else {
            return Refusal(status: 400, reason: "the handshake has a body")
        }
        return isAllowed(headers["Origin"], allowedOrigins)
            ? nil : Refusal(status: 403, reason: "the origin is not allowed")
    }

    private static let version = "Sec-WebSocket-Version: 13"

    /// RFC 6455 10.2; a client that is no browser sends no Origin, and could send any.
    private static func isAllowed(_ origin: String?, _ allowed: [String]?) -> Bool {
        guard let allowed, let origin else { return true }
        return allowed.contains { HTTPHeaders.areEqual($0, origin) }
    }
}
