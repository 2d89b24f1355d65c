#if os(Linux)
import ChatAPIKit
import PlatformCore

/// A user of the measured hawk: a kept connection for requests, and a token.
final class ChatUser {
    private let port: UInt16
    private let token: String
    private var connection: LoadSocket?
    private var epoll: Epoll?

    init(_ uid: String, port: UInt16) throws {
        self.port = port
        token = try JWTAuthenticator(secret: Array(ChatProcess.authSecret.utf8)).makeToken(
            uid: uid,
            lifetime: .seconds(86_400)
        )
    }

    /// A request as bytes.
    func request(_ method: String, _ target: String, _ body: String = "") -> [UInt8] {
        let type = body.isEmpty ? "" : "Content-Type: application/json\r\n"
        return Array(
            """
            \(method) \(target) HTTP/1.1\r
            Host: 127.0.0.1\r
            Authorization: Bearer \(token)\r
            \(type)Content-Length: \(body.utf8.count)\r
            \r
            \(body)
            """.utf8
        )
    }

    /// Sends a request and waits for the whole answer, whose body is returned.
    func ask(_ method: String, _ target: String, _ body: String = "") throws -> String {
        let socket = try connection ?? LoadSocket(port)
        let epoll = try epoll ?? Epoll()
        if connection == nil { try socket.join(epoll, number: 0) }
        (connection, self.epoll) = (socket, epoll)
        try request(method, target, body).withUnsafeBytes(socket.send)
        var answer = HTTPAnswer()
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while !answer.isWhole {
            guard try epoll.wait(milliseconds: 10_000, { _ in }) else { throw BenchError("\(target) is not answered") }
            let count = try chunk.withUnsafeMutableBytes(socket.receive)
            answer.take(chunk[..<count])
        }
        guard (200..<300).contains(answer.status) else { throw BenchError("\(target) is answered with \(answer.text)") }
        return answer.body
    }
}

/// An answer with a Content-Length, as it comes in.
struct HTTPAnswer {
    private var bytes: [UInt8] = []
    private var bodyStart: Int?
    private var length = 0

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var status: Int { Int(text.dropFirst(9).prefix(3)) ?? 0 }
    var body: String { String(decoding: bytes[(bodyStart ?? bytes.count)...], as: UTF8.self) }
    var isWhole: Bool { bodyStart.map { bytes.count >= $0 + length } ?? false }

    mutating func take(_ piece: some Sequence<UInt8>) {
        bytes += piece
        guard bodyStart == nil, let end = text.firstRange(of: "\r\n\r\n") else { return }
        let head = text[..<end.lowerBound]
        bodyStart = head.utf8.count + 4
        if let field = head.lowercased().firstRange(of: "content-length: ") {
            length = Int(head.lowercased()[field.upperBound...].prefix(while: \.isNumber)) ?? 0
        }
    }
}
#endif
