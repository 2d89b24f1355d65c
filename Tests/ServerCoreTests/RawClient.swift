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

/// A blocking TCP client that knows nothing of the code under test; each call fails after a minute.
final class RawClient: Sendable {
    private let thread = ThreadPool(name: "client")
    private let descriptor: Int32

    /// Connects to `127.0.0.1:port`, as a listener writes it.
    init(_ address: String, receiveBuffer: Int32? = nil) async throws {
        guard let port = SocketAddress(address)?.port else { throw SystemError("read \(address)", code: EINVAL) }
        descriptor = try await thread.run { () throws(SystemError) in
            try LoopbackSocket.connect(to: port, receiveBuffer: receiveBuffer)
        }
    }

    deinit { close(descriptor) }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await thread.run { [descriptor] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw SystemError("send") }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Reads until `isEnough` says so, or to the peer's end.
    func read(until isEnough: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }) async throws -> [UInt8] {
        try await thread.run { [descriptor] in
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 64 << 10)
            while !isEnough(bytes) {
                let count = recv(descriptor, &chunk, chunk.count, 0)
                guard count >= 0 else { throw SystemError("receive after \(bytes.count) bytes") }
                if count == 0 { break }
                bytes += chunk[..<count]
            }
            return bytes
        }
    }

    /// Reads text until it ends in `end`, or to the peer's end.
    func text(until end: String? = nil) async throws -> String {
        String(
            decoding: try await read { bytes in end.map { bytes.suffix($0.utf8.count).elementsEqual($0.utf8) } ?? false
            },
            as: UTF8.self
        )
    }

    #if os(Linux)
    /// From now on whatever comes is thrown away before the system sees it, as if the machine had gone.
    func goDeaf() {
        // A socket filter of one instruction, "take 0 bytes" (linux/filter.h, which the toolchain's module map lacks).
        var filter = (code: UInt16(0x06), jt: UInt8(0), jf: UInt8(0), k: UInt32(0))
        withUnsafeMutablePointer(to: &filter) { filter in
            var program = (count: UInt64(1), filter: filter)
            setsockopt(
                descriptor,
                SOL_SOCKET,
                SO_ATTACH_FILTER,
                &program,
                socklen_t(MemoryLayout.size(ofValue: program))
            )
        }
    }
    #endif

    /// Ends our direction.
    func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }
}

/// Two connected, non-blocking ends of which each send is one record: a count of system calls.
struct RecordPair: Sendable {
    let ours: Int32
    let theirs: Int32

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError("socketpair") }
        (ours, theirs) = (ends[0], ends[1])
    }

    /// Sends a record from their end.
    func push(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { Glibc.send(theirs, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }

    /// The next record at their end; nil if there is none.
    func pull() -> String? {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(theirs, &chunk, chunk.count, 0)
        return count < 0 ? nil : String(decoding: chunk[..<count], as: UTF8.self)
    }

    func closeTheirs() { close(theirs) }
}
