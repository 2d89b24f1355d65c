import GatewayKit
import PlatformCore
import ServerCore
import TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Another server: it accepts with the system's plain calls, reads a request's head, and hands the socket over.
final class HeadServer: Sendable {
    /// What it read, and of which socket.
    struct Handover: Sendable {
        let descriptor: Int32
        let head: [UInt8]
        let buffered: [UInt8]

        /// The request's parts, as a server that parses gives them.
        var parts: UpgradeHead {
            let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
            let fields = lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (name: String(parts[0]), value: String(parts[1].drop { $0 == " " }))
            }
            return UpgradeHead(target: String(lines[0].split(separator: " ")[1]), headers: fields)
        }
    }

    /// Where it listens.
    let address: String
    private let descriptor: Int32

    /// Listens at a free port of 127.0.0.1, and calls `take` on a thread of its own with each request.
    init(_ take: @escaping @Sendable (Handover) -> Void) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> UInt16? in
                guard bind(descriptor, address, length) == 0, listen(descriptor, 16) == 0,
                    getsockname(descriptor, address, &length) == 0
                else { return nil }
                return UnsafeRawPointer(address).load(as: sockaddr_in.self).sin_port.bigEndian
            }
        }
        guard let port else { throw SystemError("listen") }
        self.descriptor = descriptor
        address = "127.0.0.1:\(port)"
        Thread(name: "head-server") {
            while true {
                let socket = accept(descriptor, nil, nil)
                guard socket >= 0 else { return }
                if let handover = Self.read(socket) { take(handover) } else { close(socket) }
            }
        }.detach()
    }

    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private static func read(_ socket: Int32) -> Handover? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(socket, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            bytes += chunk[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            guard text.contains("\r\n\r\n") else { continue }
            var end = 4
            while !bytes[(end - 4)..<end].elementsEqual("\r\n\r\n".utf8) { end += 1 }
            return Handover(descriptor: socket, head: Array(bytes[..<end]), buffered: Array(bytes[end...]))
        }
    }
}
