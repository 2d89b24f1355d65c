#if os(Linux)
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One connection to a server, and its opening: a handshake (RFC 6455 4), or as many bytes to and fro.
///
/// Sending blocks, which cannot stall: what is under way on a connection is less than the buffers of the system take.
final class LoadSocket {
    private let descriptor: Int32

    /// Connects.
    init(_ port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket") }
        var (one, reset, patience) = (Int32(1), linger(l_onoff: 1, l_linger: 0), timeval(tv_sec: 10, tv_usec: 0))
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        // Closing resets, so that no port waits afterwards.
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, socklen_t(MemoryLayout<linger>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in(loopbackPort: port)
        let code = withUnsafeBytes(of: &address) {
            connect(descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        guard code == 0 else { throw SystemError("connect to port \(port)") }
    }

    deinit { close(descriptor) }

    /// Asks for a WebSocket.
    func ask() throws { try Self.request.withUnsafeBytes(send) }

    /// Waits for the answer, and checks it.
    ///
    /// - Returns: How many bytes it has.
    func awaitAnswer(of order: ServerOrder) throws -> Int {
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1024)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { throw BenchError("a connection was not answered") }
            answer += chunk[..<count]
            switch order.kind {
            case .bare:
                if answer.count >= order.openingBytes { return answer.count }
            case .gateway:
                let text = String(decoding: answer, as: UTF8.self)
                guard text.utf8.starts(with: Self.answer.utf8) else {
                    throw BenchError("the handshake failed: \(text)")
                }
                if Self.isWhole(answer, greets: order.behaviour == .greet) { return answer.count }
            }
        }
    }

    /// Sends all of these bytes.
    func send(_ bytes: UnsafeRawBufferPointer) throws {
        guard systemSend(descriptor, bytes) == bytes.count else { throw SystemError("send") }
    }

    /// Takes what has come, at most what the buffer holds; 0 if nothing has.
    func receive(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        if count > 0 { return count }
        guard count < 0, errno == EAGAIN || errno == EINTR else { throw BenchError("the server closed a connection") }
        return 0
    }

    /// Joins an epoll.
    func join(_ epoll: Epoll, number: Int) throws { try epoll.add(descriptor, number: number) }

    /// The request; its key and the answer to it are those of RFC 6455 1.3.
    private static let request = Array(
        """
        GET / HTTP/1.1\r
        Host: 127.0.0.1\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        \r

        """.utf8
    )
    private static let answer = """
        HTTP/1.1 101 Switching Protocols\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
        \r

        """

    /// Whether the head is there, and behind it the first message if there is to be one.
    private static func isWhole(_ bytes: [UInt8], greets: Bool) -> Bool {
        let message = bytes.dropFirst(answer.utf8.count)
        guard greets else { return message.isEmpty }
        return message.count > 2 && message.count == 2 + Int(message[message.startIndex + 1])
    }
}

// Inside `LoadSocket` the name send is its own.
private func systemSend(_ socket: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
}
#endif
