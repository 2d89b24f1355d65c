import ServerCore
import TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One WebSocket of a client process, on a plain descriptor.
final class ClientSocket {
    /// What a frame means to the process.
    enum Event {
        /// A message of the stream; the number of those that came so far.
        case message(Int)
        /// A word of the server's, or its drop marker.
        case text(String)
        case closed(UInt16)
    }

    let number: Int
    /// Whether it reads from the beginning.
    let isReader: Bool
    let descriptor: Int32
    private(set) var messages = 0
    private let digest = StreamDigest()
    private var received: [UInt8] = []

    /// Connects and shakes hands; one that will not read has the smallest receive buffer there is.
    init(_ number: Int, isReader: Bool, to port: UInt16) throws {
        self.number = number
        self.isReader = isReader
        #if canImport(Glibc)
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { throw Broken("no socket: errno \(errno)") }
        if !isReader { SocketOption.set(SO_RCVBUF, 1, on: descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { throw Broken("socket \(number) is not connected: errno \(errno)") }
        try shakeHands()
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    deinit { close(descriptor) }

    /// The SHA-256 of what has come; call it once.
    func takeDigest() -> String { digest.hex() }

    /// Sends a text; they are few and short, so that the system always takes them.
    func send(_ text: String) throws { try put(WebSocketFrames.clientFrame(1, Array(text.utf8))) }

    /// Takes what has come; false when the server has ended the connection.
    func read(_ tell: (Event) throws -> Void) throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == EAGAIN || errno == EINTR { return true }
        if count <= 0 { return false }
        received += buffer[..<count]
        var offset = 0
        while let frame = WebSocketFrames.serverFrame(in: received, at: &offset) { try take(frame, tell) }
        received.removeFirst(offset)
        return true
    }

    private func take(_ frame: WebSocketFrames.Frame, _ tell: (Event) throws -> Void) throws {
        switch frame.opcode {
        case 2:
            digest.update(frame.payload)
            messages += 1
            try tell(.message(messages))
        case 1: try tell(.text(String(decoding: frame.payload, as: UTF8.self)))
        case 8:
            try put(WebSocketFrames.clientFrame(8, Array(frame.payload.prefix(2))))  // RFC 6455 5.5.1
            try tell(.closed(frame.payload.prefix(2).reduce(0) { $0 << 8 | UInt16($1) }))
        case 9: try put(WebSocketFrames.clientFrame(10, frame.payload))
        default: throw Broken("socket \(number) got a frame with opcode \(frame.opcode)")
        }
    }

    private func shakeHands() throws {
        let path = "/\(number)?\(isReader ? 0 : SocketOption.value(SO_RCVBUF, of: descriptor))"
        let lines = [
            "GET \(path) HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "",
        ]
        try put(Array(lines.joined(separator: "\r\n").utf8))
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while !answer.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard recv(descriptor, &byte, 1, 0) == 1 else { throw Broken("socket \(number) is not answered") }
            answer.append(byte)
        }
        guard answer.starts(with: "HTTP/1.1 101".utf8) else { throw Broken(String(decoding: answer, as: UTF8.self)) }
    }

    private func put(_ bytes: [UInt8]) throws {
        guard systemWrite(descriptor, bytes) == bytes.count else {
            throw Broken("socket \(number) cannot send: errno \(errno)")
        }
    }
}

// Inside `ClientSocket` the name send is its own.
private func systemWrite(_ descriptor: Int32, _ bytes: [UInt8]) -> Int { write(descriptor, bytes, bytes.count) }
