#if os(Linux)
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Open connections to a server, and the buffer into which they are read.
final class LoadSockets {
    let openingBytes: Int
    private let sockets: [LoadSocket]
    private let epoll: Epoll
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)

    /// Opens them one after the other, so that the server sees them in this order.
    init(_ count: Int, to server: ServerProcess) throws {
        let epoll = try Epoll()
        var openingBytes = 0
        sockets = try (0..<count).map { number in
            let socket = try LoadSocket(server.port)
            try socket.ask()
            openingBytes = try socket.awaitAnswer(of: server.order)
            try socket.join(epoll, number: number)
            return socket
        }
        self.epoll = epoll
        self.openingBytes = openingBytes
    }

    deinit { buffer.deallocate() }

    /// Sends on the connection with this number.
    func send(_ bytes: UnsafeRawBufferPointer, on number: Int) throws { try sockets[number].send(bytes) }

    /// Waits until something comes, and hands it on with the connection's number.
    func turn(_ take: (Int, UnsafeRawBufferPointer) throws -> Void) throws {
        let isHeard = try epoll.wait(milliseconds: 10_000) { number in
            let count = try sockets[number].receive(into: buffer)
            if count > 0 { try take(number, UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        }
        guard isHeard else { throw BenchError("nothing came for 10 seconds, though something was due: it was lost") }
    }
}

/// Throws if bytes are not those that are due at an offset.
func check(_ bytes: UnsafeRawBufferPointer, against due: [UInt8], at offset: Int) throws {
    let isSame = due.withUnsafeBytes { due in
        guard let start = due.baseAddress, let base = bytes.baseAddress else { return bytes.isEmpty }
        return offset + bytes.count <= due.count && memcmp(base, start + offset, bytes.count) == 0
    }
    guard isSame else { throw BenchError("something came that is not what was due") }
}
#endif
