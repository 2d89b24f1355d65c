#if os(Linux)
import CLinux

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Level-triggered epoll(7), woken by an eventfd.
package final class EpollPoller: Poller {
    private let epoll: Int32
    private let eventDescriptor: Int32
    private let buffer: UnsafeMutablePointer<epoll_event>
    private static let capacity = 512
    /// The eventfd's own registration; loops never give it to a descriptor.
    private static let wakeRegistration = UInt64.max

    package init() throws(SystemError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemError("epoll_create1") }
        eventDescriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard eventDescriptor >= 0 else {
            let error = SystemError("eventfd")
            close(epoll)
            throw error
        }
        buffer = .allocate(capacity: Self.capacity)
        try add(eventDescriptor, .readable, registration: Self.wakeRegistration)
    }

    deinit {
        close(eventDescriptor)
        close(epoll)
        buffer.deallocate()
    }

    package func add(_ descriptor: Int32, _ interest: Readiness, registration: UInt64) throws(SystemError) {
        var event = Self.event(interest, registration)
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else { throw SystemError("epoll_ctl add") }
    }

    package func modify(_ descriptor: Int32, _ interest: Readiness, registration: UInt64) {
        var event = Self.event(interest, registration)
        let code = epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event)
        precondition(code == 0, "a descriptor is modified between add and remove")
    }

    package func remove(_ descriptor: Int32) {
        var event = epoll_event()
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
    }

    package func wait(_ timeout: Duration?, into events: inout [PollerEvent]) {
        events.removeAll(keepingCapacity: true)
        let count = epoll_wait(epoll, buffer, Int32(Self.capacity), timeout?.waitMilliseconds ?? -1)
        for index in 0..<max(0, Int(count)) {  // EINTR is a wake without a reason
            let event = buffer[index]
            if event.data.u64 == Self.wakeRegistration {
                var value: UInt64 = 0
                _ = read(eventDescriptor, &value, 8)
            } else {
                events.append(PollerEvent(registration: event.data.u64, readiness: Self.readiness(event.events)))
            }
        }
    }

    package func wake() {
        var one: UInt64 = 1
        _ = retryingInterrupted { write(eventDescriptor, &one, 8) }
    }

    private static func event(_ interest: Readiness, _ registration: UInt64) -> epoll_event {
        var mask: UInt32 = 0
        if interest.contains(.readable) { mask |= EPOLLIN.rawValue }
        if interest.contains(.writable) { mask |= EPOLLOUT.rawValue }
        return epoll_event(events: mask, data: epoll_data_t(u64: registration))
    }

    private static func readiness(_ mask: UInt32) -> Readiness {
        var readiness: Readiness = []
        if mask & EPOLLIN.rawValue != 0 { readiness.insert(.readable) }
        if mask & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
        if mask & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { readiness.insert(.broken) }
        return readiness
    }
}
#endif
