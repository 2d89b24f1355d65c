#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Level-triggered poll(2), woken by a pipe: nothing here is one platform's own.
package final class PollPoller: Poller {
    private var polled: [pollfd]
    private var registrations: [UInt64] = [.max]
    private var indexes: [Int32: Int] = [:]
    private let wakeRead: Int32
    private let wakeWrite: Int32

    package init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("pipe") }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        wakeRead = ends[0]
        wakeWrite = ends[1]
        polled = [pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)]
    }

    deinit {
        close(wakeRead)
        close(wakeWrite)
    }

    package func add(_ descriptor: Int32, _ interest: Readiness, registration: UInt64) throws(SystemError) {
        guard indexes[descriptor] == nil else { throw SystemError("poll add", code: EEXIST) }
        indexes[descriptor] = polled.count
        polled.append(pollfd(fd: descriptor, events: Self.mask(interest), revents: 0))
        registrations.append(registration)
    }

    package func modify(_ descriptor: Int32, _ interest: Readiness, registration: UInt64) {
        guard let index = indexes[descriptor] else {
            preconditionFailure("a descriptor is modified between add and remove")
        }
        polled[index].events = Self.mask(interest)
        registrations[index] = registration
    }

    package func remove(_ descriptor: Int32) {
        guard let index = indexes.removeValue(forKey: descriptor) else { return }
        let last = polled.count - 1
        if index != last {
            polled[index] = polled[last]
            registrations[index] = registrations[last]
            indexes[polled[index].fd] = index
        }
        polled.removeLast()
        registrations.removeLast()
    }

    package func wait(_ timeout: Duration?, into events: inout [PollerEvent]) {
        events.removeAll(keepingCapacity: true)
        guard poll(&polled, nfds_t(polled.count), timeout?.waitMilliseconds ?? -1) > 0 else { return }
        if polled[0].revents != 0 { emptyPipe() }
        for index in 1..<polled.count where polled[index].revents != 0 {
            let readiness = Self.readiness(polled[index].revents)
            events.append(PollerEvent(registration: registrations[index], readiness: readiness))
        }
    }

    package func wake() {
        var one: UInt8 = 1
        _ = retryingInterrupted { write(wakeWrite, &one, 1) }  // a full pipe wakes as well
    }

    private func emptyPipe() {
        var bytes: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        while withUnsafeMutableBytes(of: &bytes, { read(wakeRead, $0.baseAddress, $0.count) }) > 0 {}
    }

    private static func mask(_ interest: Readiness) -> Int16 {
        var mask: Int32 = 0
        if interest.contains(.readable) { mask |= Int32(POLLIN) }
        if interest.contains(.writable) { mask |= Int32(POLLOUT) }
        return Int16(mask)
    }

    private static func readiness(_ mask: Int16) -> Readiness {
        let mask = Int32(mask)
        var readiness: Readiness = []
        if mask & Int32(POLLIN) != 0 { readiness.insert(.readable) }
        if mask & Int32(POLLOUT) != 0 { readiness.insert(.writable) }
        if mask & (Int32(POLLERR) | Int32(POLLHUP) | Int32(POLLNVAL)) != 0 { readiness.insert(.broken) }
        return readiness
    }
}
