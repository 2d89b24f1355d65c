#if os(Linux)
import PlatformCore

/// Sockets of many users, each of which gets an answer whose words are times.
final class AnswerStreams {
    private let users: [ChatUser]
    private let sockets: [LoadSocket]
    private let epoll: Epoll
    private var inboxes: [[UInt8]]
    /// The conversation and the reply of each user.
    private(set) var replies: [(conversation: String, reply: String)] = []

    /// Opens and binds the sockets.
    init(_ count: Int, of process: ChatProcess) throws {
        let epoll = try Epoll()
        inboxes = .init(repeating: [], count: count)
        users = try (0..<count).map { try ChatUser("user-\($0)", port: process.apiPort) }
        sockets = try users.enumerated().map { number, user in
            let socket = try LoadSocket(process.gatewayPort)
            try socket.ask()
            let greeting = try Self.greeting(on: socket)
            guard let client = Self.field("client_id", of: greeting), let proof = Self.field("proof", of: greeting)
            else {
                throw BenchError("no greeting but \(greeting)")
            }
            _ = try user.ask("POST", "/api/chat/bind", #"{"client_id":"\#(client)","proof":"\#(proof)"}"#)
            try socket.join(epoll, number: number)
            return socket
        }
        self.epoll = epoll
    }

    /// Asks a question for each user.
    func begin(words: Int) throws {
        let question = #"{"content":"[[clock]] [[tokens \#(words)]]","thinking":false}"#
        for user in users {
            let sent = try user.ask("POST", "/api/chat/send", question)
            guard let conversation = Self.field("conversation_id", of: sent),
                let reply = Self.field("reply_id", of: sent)
            else { throw BenchError("a question was answered with \(sent)") }
            replies.append((conversation, reply))
        }
    }

    /// Follows the sockets until every answer has ended; answers the ages of words sent from `start` on.
    func follow(from start: UInt64, until deadline: UInt64) throws -> Histogram {
        let ages = Histogram()
        var running = users.count
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while running > 0 {
            guard Monotonic.now < deadline else { throw BenchError("\(running) answers did not end in time") }
            _ = try epoll.wait(milliseconds: 100) { number in
                let count = try chunk.withUnsafeMutableBytes(sockets[number].receive)
                let now = Monotonic.now
                inboxes[number] += chunk[..<count]
                while let frame = Self.nextText(in: &inboxes[number]) {
                    for time in WordTimes.times(inFrame: frame) where time >= start && time < now {
                        ages.add(now - time)
                    }
                    if frame.hasPrefix(#"{"type":"reply.finished""#) { running -= 1 }
                    if frame.hasPrefix(#"{"type":"reply.failed""#) { throw BenchError("an answer failed: \(frame)") }
                }
            }
        }
        return ages
    }

    /// Waits for the greeting, behind the answer to the handshake.
    private static func greeting(on socket: LoadSocket) throws -> String {
        let epoll = try Epoll()
        try socket.join(epoll, number: 0)
        var inbox: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while try epoll.wait(milliseconds: 10_000, { _ in }) {
            let count = try chunk.withUnsafeMutableBytes(socket.receive)
            inbox += chunk[..<count]
            let text = String(decoding: inbox, as: UTF8.self)
            guard let end = text.firstRange(of: "\r\n\r\n") else { continue }
            var rest = Array(inbox[text[..<end.upperBound].utf8.count...])
            if let greeting = nextText(in: &rest) { return greeting }
        }
        throw BenchError("a socket was not greeted")
    }

    /// The text of a member of flat JSON.
    static func field(_ name: String, of json: String) -> String? {
        guard let start = json.firstRange(of: "\"\(name)\":\"") else { return nil }
        return String(json[start.upperBound...].prefix { $0 != "\"" })
    }

    /// Takes a whole text frame of a server (RFC 6455 5.2) out of what has come.
    static func nextText(in inbox: inout [UInt8]) -> String? {
        guard inbox.count >= 2 else { return nil }
        let short = Int(inbox[1])
        guard short < 126 || inbox.count >= 4 else { return nil }
        let (start, length) = short < 126 ? (2, short) : (4, Int(inbox[2]) << 8 | Int(inbox[3]))
        guard inbox.count >= start + length else { return nil }
        defer { inbox.removeFirst(start + length) }
        return String(decoding: inbox[start..<(start + length)], as: UTF8.self)
    }
}
#endif
