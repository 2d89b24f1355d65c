package import ServerCore

/// The server's side of the opening handshake: what to answer to a request (RFC 6455 4.2).
package enum Handshake {
    /// An HTTP answer instead of a socket; the connection closes behind it.
    package struct Refusal: Sendable, Equatable {
        package let status: Int
        package let reason: String
        /// Header fields that the status asks for.
        package var headers: HTTPHeaders = [:]

        /// A refusal of our own.
        init(status: Int, reason: String, headers: HTTPHeaders = [:]) {
            self.status = status
            self.reason = reason
            self.headers = headers
        }

        /// A refusal of the handler's; nil if it would not be one, or would break the answer apart.
        init?(decided status: Int, reason: String, headers: HTTPHeaders) {
            guard (300...599).contains(status), headers.isValid else { return nil }
            self.init(status: status, reason: reason, headers: headers)
        }

        /// The finished answer; its body is the reason.
        package var response: [UInt8] {
            var headers = headers
            headers["Connection"] = "close"
            if headers["Content-Type"] == nil { headers.add("Content-Type", "text/plain; charset=utf-8") }
            let body = reason.isEmpty ? [] : Array("\(reason)\n".utf8)
            let answer = HTTPResponse(status: status, headers: headers, body: .bytes(body))
            guard let encoder = ResponseEncoder(answer, .init(), date: []) else {
                preconditionFailure("a refusal is checked when it is made")
            }
            return encoder.form == .whole ? encoder.head + body : encoder.head
        }

        /// The handshake took too long.
        package static let timedOut = Refusal(status: 408, reason: "the handshake took too long")

        /// The handler said something that cannot be sent.
        static func faulty(_ reason: String) -> Refusal { Refusal(status: 500, reason: reason) }
    }

    /// The answer that makes a socket of the connection (RFC 6455 4.2.2).
    ///
    /// - Parameters:
    ///   - head: A request that is not refused.
    ///   - subprotocol: The one that was chosen of those that it offers.
    ///   - extensions: What was agreed on, as the field's value.
    ///   - headers: Further fields, which `mayCarry` has let pass.
    /// - Returns: The bytes to write.
    package static func response(
        to head: RequestHead,
        subprotocol: String? = nil,
        extensions: String? = nil,
        headers: HTTPHeaders = [:]
    ) -> [UInt8] {
        var response: [UInt8] = []
        response.reserveCapacity(192)
        response += "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n".utf8
        response += "Sec-WebSocket-Accept: ".utf8
        _ = head.headers.only("Sec-WebSocket-Key") { appendAccept(for: $0, to: &response) }
        if let subprotocol { response += "\r\nSec-WebSocket-Protocol: \(subprotocol)".utf8 }
        if let extensions { response += "\r\nSec-WebSocket-Extensions: \(extensions)".utf8 }
        for field in headers.fields { response += "\r\n\(field.name): \(field.value)".utf8 }
        response += "\r\n\r\n".utf8
        return response
    }

    /// Whether fields of the application's can be part of that answer: well formed, and none of the handshake's own.
    package static func mayCarry(_ headers: HTTPHeaders) -> Bool {
        let own = ["Upgrade", "Connection", "Content-Length", "Transfer-Encoding"]
        return headers.isValid
            && headers.fields.allSatisfy { field in
                !HTTPHeaders.areEqual(String(field.name.prefix(14)), "Sec-WebSocket-")
                    && !own.contains { HTTPHeaders.areEqual($0, field.name) }
            }
    }

    /// Writes what shows that the server has read the key (RFC 6455 4.2.2, 5.4).
    private static func appendAccept(for key: Span<UInt8>, to response: inout [UInt8]) {
        let start = response.count
        key.withUnsafeBufferPointer { response += $0 }
        response += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8
        let hash = Digest.sha1(response.span.extracting(start...))
        response.removeLast(response.count - start)
        Base64.append(hash.span, to: &response)
    }

    /// Why a request gets no socket; nil if nothing is wrong with it, and nil for `allowedOrigins` allows any.
    package static func refusal(of head: RequestHead, allowedOrigins: [String]?) -> Refusal? {
        guard head.method == "GET" else {
            return Refusal(status: 405, reason: "a WebSocket begins with GET", headers: ["Allow": "GET"])
        }
        let headers = head.headers
        guard headers.contains("websocket", in: "Upgrade") else {
            return Refusal(
                status: 426,
                reason: "this address speaks WebSocket only",
                headers: version  // RFC 9110 15.5.22
            )
        }
        guard head.minorVersion > 0 else { return Refusal(status: 400, reason: "a WebSocket needs HTTP/1.1") }
        guard headers.contains("Upgrade", in: "Connection") else {
            return Refusal(status: 400, reason: "the Connection field does not say Upgrade")
        }
        guard headers.only("Sec-WebSocket-Version") == "13" else {
            // RFC 6455 4.4
            return Refusal(
                status: 426,
                reason: "the version of WebSocket is 13",
                headers: version
            )
        }
        guard headers.only("Sec-WebSocket-Key", { Base64.decodedCount($0) }) == 16 else {
            return Refusal(status: 400, reason: "the Sec-WebSocket-Key is not 16 bytes in base 64")
        }
        guard head.framing == .none || head.framing == .length(0) else {
            return Refusal(status: 400, reason: "the handshake has a body")
        }
        return isAllowed(headers["Origin"], allowedOrigins)
            ? nil : Refusal(status: 403, reason: "the origin is not allowed")
    }

    private static let version: HTTPHeaders = ["Upgrade": "websocket", "Sec-WebSocket-Version": "13"]

    /// RFC 6455 10.2; a client that is no browser sends no Origin, and could send any.
    private static func isAllowed(_ origin: String?, _ allowed: [String]?) -> Bool {
        guard let allowed, let origin else { return true }
        return allowed.contains { HTTPHeaders.areEqual($0, origin) }
    }
}
