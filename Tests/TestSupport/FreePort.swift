import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif
private let nextPort = Lock(UInt16.random(in: 15_000...25_000))

/// A TCP port of 127.0.0.1 that nobody listens on: for processes that must come back on the same one.
///
/// Below the range from which the kernel takes ports for outgoing connections, since one of those would be in the way;
/// each is given once, so that tests which run at the same time do not meet.
public func freePort() -> UInt16 {
    while true {
        let port = nextPort.withLock { next in
            next = next < 32_000 ? next + 1 : 15_000
            return next
        }
        if isFree(port) { return port }
    }
}

private func isFree(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
