import PlatformCore
import ServerCore

/// A WebSocket client for tests, written against RFC 6455 and not against our server.
///
/// ```swift
/// let socket = try await WebSocketClient.connect("ws://127.0.0.1:8282/")
/// socket.send(#"{"type":"ping"}"#)
/// #expect(try await socket.nextText() == #"{"type":"pong"}"#)
/// ```
public final class WebSocketClient: Sendable {
    /// What came.
    public enum Incoming: Sendable, Equatable {
        case text(String)
        case binary([UInt8])
        /// A compressed message as it came, all fragments of it.
        case compressed([UInt8])
        case pong([UInt8])
        /// A close frame; nil without a code.
        case close(UInt16?, String)
        /// The connection is gone.
        case end
    }

    /// The answer to the handshake was no 101.
    public struct Refused: Error, CustomStringConvertible, Sendable {
        /// Its head.
        public let description: String
        /// Its status; 0 if there was none.
        public let status: Int
    }

    private static let loops = Lock<EventLoopGroup?>(nil)

    /// The head of the answer to the handshake.
    public let answer: String
    private let loop: EventLoop
    private let session: LoopBound<Session>
    private let inbox: Mailbox<Incoming>

    private init(_ session: LoopBound<Session>, _ inbox: Mailbox<Incoming>, answer: String) {
        self.answer = answer
        loop = session.loop
        self.session = session
        self.inbox = inbox
    }

    deinit {
        let session = session
        loop.execute { session.value.stream.close() }
    }

    /// Connects and shakes hands.
    ///
    /// - Parameters:
    ///   - url: `ws://host:port/path?query`, with a numeric host or `localhost`; or `wss://`.
    ///   - headers: fields beside those of the handshake, such as Origin.
    ///   - authority: the file of the certificates to trust, for `wss://`.
    ///   - limit: how long it may take.
    /// - Returns: an open socket.
    /// - Throws: `Refused`, or why there is no connection.
    public static func connect(
        _ url: String,
        headers: [(String, String)] = [],
        trusting authority: String? = nil,
        within limit: Duration = .seconds(20)
    ) async throws -> WebSocketClient {
        let scheme = authority == nil ? "ws://" : "wss://"
        guard url.hasPrefix(scheme) else { throw Refused(description: "not a \(scheme) URL: \(url)", status: 0) }
        let tls = try authority.map { try TLSContext(trusting: $0, serverName: "localhost") }
        let rest = url.dropFirst(scheme.count)
        let host = rest.prefix { $0 != "/" }
        guard let address = SocketAddress(host) else {
            throw Refused(description: "no address with a port in \(url)", status: 0)
        }
        let path = rest.dropFirst(host.count)
        var request = "GET \(path.isEmpty ? "/" : path) HTTP/1.1\r\nHost: \(host)\r\nUpgrade: websocket\r\n"
        request += "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        for (name, value) in headers { request += "\(name): \(value)\r\n" }
        return try await connect(to: address, tls: tls, sending: Array("\(request)\r\n".utf8), within: limit)
    }

    /// Connects and sends these bytes as the handshake.
    public static func connect(
        toAddress address: String,
        sending request: [UInt8],
        within limit: Duration = .seconds(20)
    ) async throws -> WebSocketClient {
        guard let address = SocketAddress(address) else {
            throw Refused(description: "not an address: \(address)", status: 0)
        }
        return try await connect(to: address, sending: request, within: limit)
    }

    /// Sends a text message.
    public func send(_ text: String) { write(opcode: 1, Array(text.utf8)) }

    /// Sends a binary message.
    public func send(binary bytes: [UInt8]) { write(opcode: 2, bytes) }

    /// Sends a ping.
    public func ping(_ payload: [UInt8] = []) { write(opcode: 9, payload) }

    /// Sends a close frame.
    public func close(_ code: UInt16? = 1000, reason: String = "") {
        write(opcode: 8, code.map { [UInt8($0 >> 8), UInt8($0 & 255)] + Array(reason.utf8) } ?? [])
    }

    /// Sends bytes as they are.
    public func send(raw bytes: [UInt8]) {
        let session = session
        loop.execute { session.value.stream.write(bytes) }
    }

    /// Cuts the connection.
    public func cut() {
        let session = session
        loop.execute { session.value.stream.abort() }
    }

    /// Stops taking bytes from the socket, as a browser that hangs.
    public func pauseReading() async {
        let session = session
        _ = await loop.perform { session.value.stream.pauseReading() }
    }

    /// Takes bytes again.
    public func resumeReading() {
        let session = session
        loop.execute { session.value.stream.resumeReading() }
    }

    /// The next thing that comes; pings are answered and not told.
    public func next(within limit: Duration = .seconds(20)) async throws -> Incoming {
        let inbox = inbox
        return try await within(limit, "something from the WebSocket") { try await inbox.next() }
    }

    /// The next thing that comes, which has to be a text.
    public func nextText(within limit: Duration = .seconds(20)) async throws -> String {
        let incoming = try await next(within: limit)
        guard case .text(let text) = incoming else {
            throw DeadlineExceeded(description: "a text was to come, not \(incoming)")
        }
        return text
    }

    private func write(opcode: UInt8, _ payload: [UInt8]) {
        send(raw: WebSocketFrames.clientFrame(opcode, payload))
    }

    private static func connect(
        to address: SocketAddress,
        tls: TLSContext? = nil,
        sending request: [UInt8],
        within limit: Duration
    ) async throws -> WebSocketClient {
        let inbox = Mailbox<Incoming>()
        let answer = Mailbox<(status: Int, head: String)>()
        let loop = try loop()
        let session = try await StreamConnection.connect(to: address, on: loop, timeout: limit, tls: tls) {
            connection in
            let session = Session(connection, inbox, answer)
            connection.start(session)
            connection.write(request)
            return LoopBound(session, to: connection.loop)
        }
        do {
            let (status, head) = try await within(limit, "the answer to the handshake") { try await answer.next() }
            guard status == 101 else { throw Refused(description: head, status: status) }
            return WebSocketClient(session, inbox, answer: head)
        } catch {
            session.loop.execute { session.value.stream.close() }
            throw error
        }
    }

    /// One thread for all clients of the test process.
    private static func loop() throws -> EventLoop {
        try loops.withLock { group throws(SystemError) in
            if group == nil { group = try EventLoopGroup(name: "ws-client") }
            return group!.loops[0]
        }
    }
}

/// The connection, on its loop.
private final class Session: ByteStreamDelegate {
    let stream: any ByteStream
    private let inbox: Mailbox<WebSocketClient.Incoming>
    private let answer: Mailbox<(status: Int, head: String)>
    private var bytes: [UInt8] = []
    private var isOpen = false
    private var fragments: WebSocketFrames.Frame?

    init(
        _ stream: any ByteStream,
        _ inbox: Mailbox<WebSocketClient.Incoming>,
        _ answer: Mailbox<(status: Int, head: String)>
    ) {
        self.stream = stream
        self.inbox = inbox
        self.answer = answer
    }

    func received(_ received: UnsafeMutableRawBufferPointer) {
        bytes += received
        if !isOpen { readAnswer() }
        guard isOpen else { return }
        var offset = 0
        while let frame = WebSocketFrames.serverFrame(in: bytes, at: &offset) { take(frame) }
        bytes.removeFirst(offset)
    }

    func closed(_ end: StreamEnd) {
        if !isOpen { answer.push((0, "the connection ended: \(end)")) }
        inbox.push(.end)
    }

    private func readAnswer() {
        guard
            let end = bytes.indices.dropLast(3).first(where: { Array(bytes[$0..<($0 + 4)]) == Array("\r\n\r\n".utf8) })
        else { return }
        let head = String(decoding: bytes[..<end], as: UTF8.self)
        bytes.removeFirst(end + 4)
        let status = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
        // RFC 6455 1.3: the answer to the key that the handshake above sends
        isOpen = status == 101 && head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        answer.push((status == 101 && !isOpen ? 0 : status, head))
    }

    private func take(_ frame: WebSocketFrames.Frame) {
        switch frame.opcode {
        case 8:
            let payload = frame.payload
            let code = payload.count < 2 ? nil : UInt16(payload[0]) << 8 | UInt16(payload[1])
            inbox.push(.close(code, String(decoding: payload.dropFirst(2), as: UTF8.self)))
            stream.write(WebSocketFrames.clientFrame(8, Array(payload.prefix(2))))
        case 9: stream.write(WebSocketFrames.clientFrame(10, frame.payload))
        case 10: inbox.push(.pong(frame.payload))
        default: takeData(frame)
        }
    }

    private func takeData(_ frame: WebSocketFrames.Frame) {
        var message = fragments ?? frame
        if let fragments { message.payload = fragments.payload + frame.payload }
        fragments = frame.isFinal ? nil : message
        guard frame.isFinal else { return }
        if message.isCompressed { return inbox.push(.compressed(message.payload)) }
        let payload = message.payload
        inbox.push(message.opcode == 1 ? .text(String(decoding: payload, as: UTF8.self)) : .binary(payload))
    }
}
