import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Memory of this process.
enum Memory {
    /// What it has resident now, in bytes.
    static func resident() throws -> Int { try status("VmRSS:") }

    /// The most it ever had resident, in bytes.
    static func peak() throws -> Int { try status("VmHWM:") }

    private static func status(_ name: String) throws -> Int {
        let status = String(decoding: try Files.read("/proc/self/status", limit: 1 << 16), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
        guard let kilobytes = line.split(separator: " ").lazy.compactMap({ Int($0.filter(\.isNumber)) }).first else {
            throw Broken("/proc/self/status does not say \(name)")
        }
        return kilobytes << 10
    }
}

/// Options of sockets, where they are set behind the gateway's back.
enum SocketOption {
    /// Gives every listening socket of this process the smallest send buffer, which accepted ones inherit.
    ///
    /// - Returns: the size it really has.
    static func shrinkSendBuffersOfListeners() throws -> Int {
        let listeners = (Int32(3)..<1024).filter { value(SO_ACCEPTCONN, of: $0) == 1 }
        guard let first = listeners.first else { throw Broken("no socket of this process listens") }
        for listener in listeners { set(SO_SNDBUF, 1, on: listener) }
        return value(SO_SNDBUF, of: first)
    }

    static func set(_ option: Int32, _ value: Int32, on descriptor: Int32) {
        var value = value
        setsockopt(descriptor, SOL_SOCKET, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    static func value(_ option: Int32, of descriptor: Int32) -> Int {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 ? Int(value) : -1
    }
}
