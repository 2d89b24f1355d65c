internal import CCurl
internal import PlatformCore

/// The one thread of a transport and the inbox by which others reach it.
///
/// A command is an append under a lock, and one wake-up per burst of them. Deadlines need no command: a
/// transfer tells only one that is earlier than all the driver knows, so a stream that re-arms its idle time with every
/// byte wakes nobody.
final class CurlDriver: Sendable {
    enum Command: Sendable {
        case start(CurlTransfer)
        case resume(CurlTransfer)
        case remove(CurlTransfer)
    }

    /// What a turn of the loop begins with.
    struct Turn {
        var commands: [Command] = []
        var isStopping = false
        /// When the earliest deadline passes, if any is known.
        var wake: ContinuousClock.Instant?
    }

    fileprivate struct Inbox {
        var turn = Turn()
        /// Valid from the first start to the thread's end, which is where it is freed.
        var multi: UnsafeMutableRawPointer?
        /// What the thread waits at, as long as it runs.
        var poller: (any Poller)?
    }

    private let inbox = Lock(Inbox())

    /// Begins a transfer, on a thread that is started with the first.
    func start(_ transfer: CurlTransfer) {
        let isReady = inbox.withLock { inbox in
            if inbox.multi == nil {
                CurlLibrary.prepare()
                guard let poller = try? PollerKind.platformDefault.make(), let multi = curl_multi_init() else {
                    return false
                }
                (inbox.multi, inbox.poller) = (multi, poller)
                Thread(name: "hawk-curl") { self.run() }.detach()
            }
            inbox.post(.start(transfer))
            return true
        }
        if !isReady { transfer.ended(TransportFailure(.unreachable, "no memory or descriptor for a connection")) }
    }

    /// Lets a paused transfer go on.
    func resume(_ transfer: CurlTransfer) {
        inbox.withLock { $0.post(.resume(transfer)) }
    }

    /// Closes a transfer that has ended for its consumer.
    func remove(_ transfer: CurlTransfer) {
        inbox.withLock { $0.post(.remove(transfer)) }
    }

    /// Makes the driver look at the deadlines no later than `instant`.
    func wake(at instant: ContinuousClock.Instant) {
        inbox.withLock { inbox in
            if let wake = inbox.turn.wake, wake <= instant { return }
            inbox.turn.wake = instant
            inbox.wakeUp()
        }
    }

    /// Ends the thread once no transfer runs.
    func stopWhenIdle() {
        inbox.withLock { inbox in
            inbox.turn.isStopping = true
            inbox.wakeUp()
        }
    }

    /// Takes the commands; the wake time stays, until the loop says it has looked.
    func takeTurn() -> Turn {
        inbox.withLock { inbox in
            defer { inbox.turn.commands = [] }
            return inbox.turn
        }
    }

    /// Forgets the wake time, since all deadlines are about to be looked at.
    func forgetWake() {
        inbox.withLock { $0.turn.wake = nil }
    }

    private func run() {
        guard case (let multi?, let poller?) = inbox.withLock({ ($0.multi, $0.poller) }) else { return }
        CurlLoop(multi: multi, poller: poller, driver: self).run()
        inbox.withLock { ($0.multi, $0.poller) = (nil, nil) }  // nobody can wake it any more
        curl_multi_cleanup(multi)
    }
}

extension CurlDriver.Inbox {
    fileprivate mutating func post(_ command: CurlDriver.Command) {
        let isFirst = turn.commands.isEmpty
        turn.commands.append(command)
        if isFirst { wakeUp() }
    }

    fileprivate func wakeUp() {
        poller?.wake()
    }
}

/// The library's own global state.
enum CurlLibrary {
    private static let code = curl_global_init(Int(CURL_GLOBAL_ALL))

    /// Sets the library up once per process; it is never torn down, since other code may use it too.
    static func prepare() {
        precondition(code == CURLE_OK, "curl_global_init failed with \(code.rawValue)")
    }
}
