internal import CCurl

/// What the driver's thread does, turn by turn: commands, transfers, ends, deadlines, waiting.
///
/// Owns the easy handles; touched by its thread alone.
final class CurlLoop {
    private let multi: UnsafeMutableRawPointer
    private let driver: CurlDriver
    private var running: [ObjectIdentifier: CurlEasy] = [:]
    /// Handles at rest, for reuse; connections are kept by the multi handle, not by them.
    private var resting: [CurlEasy] = []

    private static let mostResting = 16
    /// Without deadlines: an upper limit, so that a lost wake-up is a delay and not a hang.
    private static let longestWait: Duration = .seconds(10)

    init(multi: UnsafeMutableRawPointer, driver: CurlDriver) {
        self.multi = multi
        self.driver = driver
        // One stream per connection, HTTP/2 too: libcurl takes up to 32 MiB for a paused stream that shares one, and
        // leaves the bytes in the network if it has one of its own.
        hawk_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
    }

    /// Runs until it is told to stop and no transfer is left.
    func run() {
        while true {
            let turn = driver.takeTurn()
            for command in turn.commands { obey(command) }
            if turn.isStopping, running.isEmpty { return resting.removeAll() }
            var count: Int32 = 0
            curl_multi_perform(multi, &count)
            collectEnded()
            let wake = sweepDeadlines(turn.wake)
            curl_multi_poll(multi, nil, 0, Self.milliseconds(until: wake), &count)
        }
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

    private static func milliseconds(until wake: ContinuousClock.Instant?) -> Int32 {
        let wait = min(wake.map { $0 - .now } ?? longestWait, longestWait)
        guard wait > .zero else { return 0 }
        // Rounded up, so that the deadline has passed when the poll returns.
        return Int32(wait / .milliseconds(1)) + 1
    }
}
