import PlatformCore
import ServerCore

/// Keeps one outgoing connection: dials a target, and dials again, with growing pauses, whenever it is lost.
///
/// Belongs to a loop and is touched only there.
final class Redialer {
    /// A machine that has gone without a word is noticed within seconds.
    private static let peerTimeout = Duration.seconds(10)

    private let target: String
    private let loop: EventLoop
    private let pauses: RetryPauses
    private let timeout: Duration
    private let connected: (StreamConnection) -> Void
    private let failed: (String) -> Void
    private var pause: Duration
    private var since: ContinuousClock.Instant?
    private var connecting: Connecting?
    private var timer: TimerID?
    private var isStopped = false

    /// - Parameters:
    ///   - target: `host:port`; a name is resolved anew with every attempt.
    ///   - loop: who owns the connection.
    ///   - pauses: how long to wait before dialling again.
    ///   - timeout: when to give an attempt up.
    ///   - connected: gets each connection, to start it and to call `lost` when it has gone.
    ///   - failed: hears why an attempt came to nothing; the next one is planned by then.
    init(
        _ target: String,
        on loop: EventLoop,
        pauses: RetryPauses,
        timeout: Duration = .seconds(3),
        connected: @escaping (StreamConnection) -> Void,
        failed: @escaping (String) -> Void
    ) {
        self.target = target
        self.loop = loop
        self.pauses = pauses
        self.timeout = timeout
        self.connected = connected
        self.failed = failed
        pause = pauses.first
    }

    /// Dials at once.
    func start() {
        dial()
    }

    /// The connection has gone: dials again after a pause.
    func lost() {
        if let since, loop.now - since >= pauses.steady { pause = pauses.first }
        since = nil
        retry()
    }

    /// Dials no more.
    func stop() {
        isStopped = true
        connecting?.cancel()
        connecting = nil
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    private func dial() {
        if let address = SocketAddress(target) { return connect(to: [address]) }
        let bound = LoopBound(self, to: loop)
        Task { [target] in
            do throws(SystemError) {
                let addresses = try await SocketAddress.resolve(target)
                bound.loop.execute { bound.value.connect(to: addresses[...]) }
            } catch {
                bound.loop.execute { bound.value.fail(error) }
            }
        }
    }

    /// Tries the addresses of a name one after the other.
    private func connect(to addresses: ArraySlice<SocketAddress>) {
        guard !isStopped, let address = addresses.first else { return }
        connecting = StreamConnection.connect(
            to: address,
            on: loop,
            timeout: timeout,
            peerTimeout: Self.peerTimeout
        ) { [self] result in
            connecting = nil
            switch result {
            case .success(let connection):
                since = loop.now
                connected(connection)
            case .failure(let error):
                if addresses.count > 1 { connect(to: addresses.dropFirst()) } else { fail(error) }
            }
        }
    }

    private func fail(_ error: SystemError) {
        guard !isStopped else { return }
        retry()
        failed("\(error)")
    }

    private func retry() {
        guard !isStopped else { return }
        timer = loop.schedule(after: pause) { [self] in
            timer = nil
            dial()
        }
        pause = min(pause * 2, pauses.longest)
    }
}
