import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Between `SocketAddress` and the system's `sockaddr`.
enum SystemAddress {
    static func ipv4(_ text: String) -> SocketAddress.Host? {
        var address = in_addr()
        guard inet_pton(AF_INET, text, &address) == 1 else { return nil }
        return .ipv4(UInt32(bigEndian: address.s_addr))
    }

    static func ipv6(_ text: String) -> SocketAddress.Host? {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        var address = in6_addr()
        guard let first = parts.first, inet_pton(AF_INET6, String(first), &address) == 1 else { return nil }
        var zone: UInt32 = 0
        if parts.count == 2 {
            zone = UInt32(parts[1]) ?? if_nametoindex(String(parts[1]))
            guard zone != 0 else { return nil }
        }
        return host(address, zone)
    }

    static func text(_ high: UInt64, _ low: UInt64) -> String {
        var address = address(high, low)
        var buffer = [CChar](repeating: 0, count: 64)
        _ = inet_ntop(AF_INET6, &address, &buffer, socklen_t(buffer.count))
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    static func family(_ address: SocketAddress) -> Int32 {
        switch address.host {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        }
    }

    /// Lends the system's form of an address.
    static func with<Result>(
        _ address: SocketAddress,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        switch address.host {
        case .ipv4(let value):
            var system = sockaddr_in()
            #if canImport(Darwin)
            system.sin_len = UInt8(MemoryLayout<sockaddr_in>.size)
            #endif
            system.sin_family = sa_family_t(AF_INET)
            system.sin_port = address.port.bigEndian
            system.sin_addr.s_addr = value.bigEndian
            return lend(&system, body)
        case .ipv6(let high, let low, let zone):
            var system = sockaddr_in6()
            #if canImport(Darwin)
            system.sin6_len = UInt8(MemoryLayout<sockaddr_in6>.size)
            #endif
            system.sin6_family = sa_family_t(AF_INET6)
            system.sin6_port = address.port.bigEndian
            system.sin6_addr = self.address(high, low)
            system.sin6_scope_id = zone
            return lend(&system, body)
        }
    }

    /// Has the system fill in an address; nil if it fails or the family is another.
    static func filled(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
        return code < 0 ? nil : make(storage)
    }

    static func make(_ storage: sockaddr_storage) -> SocketAddress? {
        withUnsafeBytes(of: storage) { bytes in
            switch Int32(storage.ss_family) {
            case AF_INET:
                let system = bytes.loadUnaligned(as: sockaddr_in.self)
                let value = UInt32(bigEndian: system.sin_addr.s_addr)
                return SocketAddress(.ipv4(value), port: UInt16(bigEndian: system.sin_port))
            case AF_INET6:
                let system = bytes.loadUnaligned(as: sockaddr_in6.self)
                let host = host(system.sin6_addr, system.sin6_scope_id)
                return SocketAddress(host, port: UInt16(bigEndian: system.sin6_port))
            default:
                return nil
            }
        }
    }

    private static func lend<System, Result>(
        _ system: inout System,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: &system) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<System>.size)) }
        }
    }

    private static func host(_ address: in6_addr, _ zone: UInt32) -> SocketAddress.Host {
        withUnsafeBytes(of: address) { bytes in
            let high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
            let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            return .ipv6(high: high, low: low, zone: zone)
        }
    }

    private static func address(_ high: UInt64, _ low: UInt64) -> in6_addr {
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return address
    }
}

extension SystemError {
    /// EINVAL, for what never reached the system.
    static var invalidArgument: Int32 { EINVAL }

    /// EPROTO, for a peer that breaks a protocol.
    static var protocolError: Int32 { EPROTO }

    /// Whether it says that this machine has no IPv6.
    var isNoIPv6: Bool { code == EAFNOSUPPORT || code == EADDRNOTAVAIL }
}
