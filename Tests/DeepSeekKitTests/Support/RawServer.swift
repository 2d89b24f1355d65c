import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A server of plain bytes on a free port of this machine: for what a proper HTTP server would never send.
final class RawServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let counts = Lock((accepted: 0, open: 0, written: 0))

    var baseURL: String { "http://127.0.0.1:\(port)" }
    var accepted: Int { counts.withLock { $0.accepted } }
    var open: Int { counts.withLock { $0.open } }
    /// How many bytes all connections have given to the kernel.
    var written: Int { counts.withLock { $0.written } }

    /// Serves each connection on a thread of its own; it is closed when `serve` returns.
    init(_ serve: @escaping @Sendable (Connection) -> Void) throws {
        #if canImport(Darwin)
        let stream = SOCK_STREAM
        #else
        let stream = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        #endif
        listener = socket(AF_INET, stream, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        guard code else { throw SystemError("listen") }
        port = UInt16(bigEndian: address.sin_port)
        let counts = counts
        Thread(name: "raw-server") {
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                // A process that another test starts must not keep it open.
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                counts.withLock { ($0.accepted, $0.open) = ($0.accepted + 1, $0.open + 1) }
                Thread(name: "raw-connection") {
                    serve(Connection(descriptor: descriptor) { bytes in counts.withLock { $0.written += bytes } })
                    close(descriptor)
                    counts.withLock { $0.open -= 1 }
                }.detach()
            }
        }.detach()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// One accepted connection, on its own thread; everything blocks.
    struct Connection: Sendable {
        let descriptor: Int32
        fileprivate let noteWritten: @Sendable (Int) -> Void

        /// Reads one request, head and body; nil when the peer has closed.
        func readRequest() -> String? {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 16 << 10)
            while true {
                let text = String(decoding: bytes, as: UTF8.self)
                if let end = text.firstRange(of: "\r\n\r\n") {
                    let length = text[..<end.lowerBound].split(separator: "\r\n")
                        .first { $0.lowercased().hasPrefix("content-length:") }
                        .flatMap { Int($0.dropFirst(15).drop { $0 == " " }) }
                    if text[end.upperBound...].utf8.count >= length ?? 0 { return text }
                }
                let count = recv(descriptor, &chunk, chunk.count, 0)
                guard count > 0 else { return nil }
                bytes += chunk[..<count]
            }
        }

        /// Writes all of it; false when the peer has closed.
        @discardableResult
        func write(_ text: String) -> Bool { write(Array(text.utf8)) }

        @discardableResult
        func write(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, 0) }
                guard count > 0 else { return false }
                noteWritten(count)
                rest = rest.dropFirst(count)
            }
            return true
        }

        /// Sends every byte as it comes, not gathered by the kernel.
        func sendAtOnce() {
            var on: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        }

        /// Waits until the peer closes.
        func waitForClose() {
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) > 0 {}
        }

        /// Lets time pass: the pace of this server.
        func pause(_ duration: Duration) {
            usleep(UInt32(duration.milliseconds) * 1000)
        }

        /// Breaks the connection with a reset when it is closed.
        func reset() {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        }
    }

    static let streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

    /// One HTTP chunk.
    static func chunk(_ text: String) -> String {
        "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n"
    }

    /// One HTTP chunk with one event.
    static func event(_ data: String) -> String { chunk("data: \(data)\n\n") }
}
