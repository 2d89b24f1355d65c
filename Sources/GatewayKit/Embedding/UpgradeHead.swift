import ServerCore

/// The request by which a client asked another server for a WebSocket: what `adopt` and `attach` are given.
///
/// ```swift
/// UpgradeHead(bytes: received)                                                     // a server that reads its own bytes
/// UpgradeHead(target: request.uri, headers: request.headers.map { ($0.name, $0.value) }) // SwiftNIO's HTTPRequestHead
/// ```
public struct UpgradeHead: Sendable {
    private enum Form {
        case bytes([UInt8])
        case parts(target: String, headers: [(name: String, value: String)])
    }

    private let form: Form

    /// The request as it came: request line and header fields, up to and with the empty line.
    public init(bytes: [UInt8]) { form = .bytes(bytes) }

    /// A GET that another server has taken apart.
    ///
    /// - Parameters:
    ///   - target: The path with its query, as it came.
    ///   - headers: The header fields in order; of an upgrade, `Sec-WebSocket-Key` and the others that RFC 6455 4.2.1 names.
    public init(target: String = "/", headers: [(name: String, value: String)] = []) {
        form = .parts(target: target, headers: headers)
    }

    /// The request as it is.
    func upgrade(_ attempt: String) throws(GatewayError) -> [UInt8] {
        switch form {
        case .bytes(let bytes): bytes
        case .parts(let target, let headers): try Self.request(target, headers, attempt)
        }
    }

    /// The request with the fields of a handshake in place of its own, for a socket whose handshake another server has
    /// made.
    func handshake(_ attempt: String) throws(GatewayError) -> [UInt8] {
        var (target, fields) = try parts(attempt)
        fields.removeAll { field in
            let name = field.name.lowercased()
            return name.hasPrefix("sec-websocket-") || Self.replaced.contains(name)
        }
        if !fields.contains(where: { HTTPHeaders.areEqual($0.name, "Host") }) { fields.append(("Host", "localhost")) }
        fields += [
            ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ]
        if target.isEmpty { target = "/" }
        return try Self.request(target, fields, attempt)
    }

    private static let replaced = ["upgrade", "connection", "content-length", "transfer-encoding", "expect"]

    private func parts(
        _ attempt: String
    ) throws(GatewayError) -> (target: String, headers: [(name: String, value: String)]) {
        switch form {
        case .parts(let target, let headers): return (target, headers)
        case .bytes(let bytes): return try Self.parts(of: bytes, attempt)
        }
    }

    private static func parts(
        of bytes: [UInt8],
        _ attempt: String
    ) throws(GatewayError) -> (target: String, headers: [(name: String, value: String)]) {
        var parser = RequestParser(limits: .init(body: 0))
        let event: RequestParser.Event?
        do throws(RequestViolation) {
            event = try parser.next(bytes.span).event
        } catch {
            throw .badRequest(attempt, error.reason)
        }
        guard case .head(let head) = event else { throw .badRequest(attempt, "the request is not complete") }
        return (head.target, head.headers.fields.map { ($0.name, $0.value) })
    }

    /// Nothing in a part may end its line, or a header field could make another request of it.
    private static func request(
        _ target: String,
        _ headers: [(name: String, value: String)],
        _ attempt: String
    ) throws(GatewayError) -> [UInt8] {
        guard !target.isEmpty, target.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw .badRequest(attempt, "the target is empty, or has a blank or a control character")
        }
        var text = "GET \(target) HTTP/1.1\r\n"
        for (name, value) in headers {
            guard HTTPSyntax.isToken(name.utf8Span.span), HTTPSyntax.isFieldValue(value.utf8Span.span) else {
                throw .badRequest(attempt, "the header field \(name) has a character that none may have")
            }
            text += "\(name): \(value)\r\n"
        }
        return Array("\(text)\r\n".utf8)
    }
}

extension GatewayError {
    fileprivate static func badRequest(_ attempt: String, _ cause: String) -> GatewayError {
        GatewayError(.invalidArgument, attempt: attempt, cause: cause)
    }
}
