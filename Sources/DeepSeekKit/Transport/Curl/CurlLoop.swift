internal import CCurl
internal import PlatformCore

/// What the driver's thread does, turn by turn: commands, timers, ends, deadlines, waiting, transfers.
///
/// Only transfers whose sockets have something are looked at (`curl_multi_socket_action`), so that a chunk costs the same
/// among a thousand streams. Owns the easy handles; touched by its thread alone.
final class CurlLoop {
    private let multi: UnsafeMutableRawPointer
    private let poller: any Poller
    private let driver: CurlDriver
    /// What libcurl wants to know of its sockets.
    private var interests: [Int32: Readiness] = [:]
    /// When libcurl wants to be called although no socket has anything.
    private var timer: ContinuousClock.Instant?
    private var events: [PollerEvent] = []
    private var running: [ObjectIdentifier: CurlEasy] = [:]
    /// Handles at rest, for reuse; connections are kept by the multi handle, not by them.
    private var resting: [CurlEasy] = []

    private static let mostResting = 16
    /// Without deadlines: an upper limit, so that a lost wake-up is a delay and not a hang.
    private static let longestWait: Duration = .seconds(10)

    init(multi: UnsafeMutableRawPointer, poller: any Poller, driver: CurlDriver) {
        self.multi = multi
        self.poller = poller
        self.driver = driver
        // One stream per connection, HTTP/2 too: libcurl takes up to 32 MiB for a paused stream that shares one, and
        // leaves the bytes in the network if it has one of its own.
        hawk_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
        setCallbacks()
    }

    /// Runs until it is told to stop and no transfer is left.
    func run() {
        while true {
            let turn = driver.takeTurn()
            for command in turn.commands { obey(command) }
            if turn.isStopping, running.isEmpty { break }
            if let timer, timer <= .now {
                self.timer = nil
                act(on: CURL_SOCKET_TIMEOUT, [])
            }
            collectEnded()
            let wake = [sweepDeadlines(turn.wake), timer].compactMap(\.self).min()
            let wait = min(wake.map { $0 - .now } ?? Self.longestWait, Self.longestWait)
            poller.wait(max(wait, .zero), into: &events)
            for event in events { act(on: curl_socket_t(event.registration), event.readiness) }
        }
        resting.removeAll()
        hawk_multi_set_callbacks(multi, nil, nil, nil)
    }

    private func act(on socket: curl_socket_t, _ readiness: Readiness) {
        var selected: Int32 = 0
        if readiness.contains(.readable) { selected |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { selected |= CURL_CSELECT_OUT }
        if readiness.contains(.broken) { selected |= CURL_CSELECT_ERR }
        var count: Int32 = 0
        curl_multi_socket_action(multi, socket, selected, &count)
    }

    /// Has libcurl say what it waits for; `self` outlives `run`, which takes the callbacks away again.
    private func setCallbacks() {
        hawk_multi_set_callbacks(
            multi,
            { _, socket, wish, context, _ in
                guard let context else { return -1 }
                return Unmanaged<CurlLoop>.fromOpaque(context).takeUnretainedValue().watch(socket, wish) ? 0 : -1
            },
            { _, milliseconds, context in
                guard let context else { return -1 }
                let loop = Unmanaged<CurlLoop>.fromOpaque(context).takeUnretainedValue()
                loop.timer = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
                return 0
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    /// Follows libcurl's wish about one of its sockets; false when the system refuses.
    private func watch(_ socket: curl_socket_t, _ wish: Int32) -> Bool {
        let interest: Readiness =
            switch wish {
            case CURL_POLL_IN: .readable
            case CURL_POLL_OUT: .writable
            case CURL_POLL_INOUT: [.readable, .writable]
            default: []
            }
        guard interests[socket] ?? [] != interest else { return true }
        // Taken out and put in anew: libcurl may have closed a socket of this number before it said so.
        if interests.removeValue(forKey: socket) != nil { poller.remove(socket) }
        guard !interest.isEmpty else { return true }
        guard (try? poller.add(socket, interest, registration: UInt64(socket))) != nil else { return false }
        interests[socket] = interest
        return true
    }

    private func obey(_ command: CurlDriver.Command) {
        switch command {
        case .start(let transfer):
            start(transfer)
        case .resume(let transfer):
            if let easy = running[ObjectIdentifier(transfer)] { easy.resume() }
        case .remove(let transfer):
            remove(transfer)
        }
    }

    private func start(_ transfer: CurlTransfer) {
        guard transfer.isWanted else { return }
        guard let easy = resting.popLast() ?? CurlEasy(), easy.prepare(transfer),
            curl_multi_add_handle(multi, easy.handle) == CURLM_OK
        else { return transfer.ended(TransportFailure(.unreachable, "libcurl refused the request")) }
        running[ObjectIdentifier(transfer)] = easy
        driver.wake(at: transfer.deadline)
    }

    /// Takes a handle out; a transfer that had not ended loses its connection.
    private func remove(_ transfer: CurlTransfer, hasEnded: Bool = false) {
        guard let easy = running.removeValue(forKey: ObjectIdentifier(transfer)) else { return }
        if !hasEnded { easy.closeConnection() }
        curl_multi_remove_handle(multi, easy.handle)
        easy.reset()
        if resting.count < Self.mostResting { resting.append(easy) }
    }

    private func collectEnded() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE,
                let easy = running.values.first(where: { $0.handle == message.pointee.easy_handle }),
                let transfer = easy.transfer
            else { continue }
            let failure = easy.failure(of: hawk_multi_result(message))
            remove(transfer, hasEnded: true)  // first, so that its connection is at rest when the consumer goes on
            transfer.ended(failure)
        }
    }

    /// Ends what is late; returns when to look again.
    private func sweepDeadlines(_ wake: ContinuousClock.Instant?) -> ContinuousClock.Instant? {
        let now = ContinuousClock.now
        guard let wake, wake <= now else { return wake }
        driver.forgetWake()
        for transfer in running.values.compactMap(\.transfer) {
            if transfer.expire(at: now) {
                remove(transfer)
            } else {
                driver.wake(at: transfer.deadline)
            }
        }
        return now  // a deadline told in the meantime is seen in the next turn, which begins at once
    }
}
