/// What a loop wants to know about a descriptor, and what the system then says of it.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Bytes, the peer's end or a new connection can be taken.
    package static let readable = Readiness(rawValue: 1)
    /// The system takes bytes again, or a connect has ended.
    package static let writable = Readiness(rawValue: 2)
    /// The connection failed or both directions are shut; reported without being asked for.
    package static let broken = Readiness(rawValue: 4)
}

/// One report of `Poller.wait`.
package struct PollerEvent: Sendable, Equatable {
    /// The number given when the descriptor was added: it tells a new socket from an old one with the same descriptor.
    package let registration: UInt64
    package let readiness: Readiness

    package init(registration: UInt64, readiness: Readiness) {
        self.registration = registration
        self.readiness = readiness
    }
}

/// How a loop waits for its descriptors: level-triggered, by epoll on Linux or by poll(2) anywhere.
///
/// Everything but `wake` is called on the loop's thread only.
package protocol Poller: AnyObject {
    /// Begins to watch a descriptor.
    func add(_ descriptor: Int32, _ interest: Readiness, registration: UInt64) throws(SystemError)
    /// Changes what is asked about a descriptor; an empty interest still reports `.broken`.
    func modify(_ descriptor: Int32, _ interest: Readiness, registration: UInt64)
    /// Stops watching a descriptor; call it before closing it.
    func remove(_ descriptor: Int32)
    /// Waits for reports, a `wake` or the time-out (nil: for ever), and puts the reports in `events`, replacing them.
    func wait(_ timeout: Duration?, into events: inout [PollerEvent])
    /// Ends a wait that goes on, or the next one; from any thread.
    func wake()
}

/// Which poller a loop uses.
package enum PollerKind: Sendable, CaseIterable {
    #if os(Linux)
    /// Linux's epoll: its cost does not grow with idle connections.
    case epoll
    #endif
    /// POSIX poll(2): runs everywhere, for some hundreds of connections.
    case poll

    /// The best one of this platform.
    package static var platformDefault: PollerKind {
        #if os(Linux)
        .epoll
        #else
        .poll
        #endif
    }

    package func make() throws(SystemError) -> any Poller {
        switch self {
        #if os(Linux)
        case .epoll: try EpollPoller()
        #endif
        case .poll: try PollPoller()
        }
    }
}

extension Duration {
    /// Milliseconds for a system call that waits, rounded up so that nobody wakes too early.
    var waitMilliseconds: Int32 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        guard seconds < 1_000_000 else { return 1_000_000_000 }
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
