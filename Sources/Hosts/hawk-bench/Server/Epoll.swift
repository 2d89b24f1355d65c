#if os(Linux)
import CLinux
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Level-triggered epoll(7), with nothing around it.
final class Epoll {
    private let descriptor: Int32
    private let events: UnsafeMutablePointer<epoll_event>
    private static let capacity = 512

    init() throws(SystemError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError("epoll_create1") }
        events = .allocate(capacity: Self.capacity)
    }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    /// Tells of a socket whenever it can be read, by a number.
    func add(_ socket: Int32, number: Int) throws(SystemError) {
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: UInt64(number)))
        guard epoll_ctl(descriptor, EPOLL_CTL_ADD, socket, &event) == 0 else { throw SystemError("epoll_ctl") }
    }

    /// Waits until something can be read, and tells which; false if nothing could in that time.
    func wait(milliseconds: Int32, _ body: (Int) throws -> Void) throws -> Bool {
        let count = retryingInterrupted { epoll_wait(descriptor, events, Int32(Self.capacity), milliseconds) }
        guard count >= 0 else { throw SystemError("epoll_wait") }
        for index in 0..<Int(count) { try body(Int(events[index].data.u64)) }
        return count > 0
    }
}

extension sockaddr_in {
    /// An address of this machine for itself.
    init(loopbackPort: UInt16) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = loopbackPort.bigEndian
        sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    }
}
#endif
