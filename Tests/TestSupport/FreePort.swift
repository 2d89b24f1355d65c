#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A TCP port of 127.0.0.1 that nobody listens on: for processes that must come back on the same one.
///
/// The kernel gives ports in a random order, so that tests which run at the same time do not meet.
public func freePort() -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            _ = bind(descriptor, $0, length)
            getsockname(descriptor, $0, &length)
        }
    }
    precondition(address.sin_port != 0, "no free port: \(errno)")
    return UInt16(bigEndian: address.sin_port)
}
