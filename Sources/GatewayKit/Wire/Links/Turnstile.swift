import ServerCore

/// How many peers a listener of processes may have.
package struct PeerLimits: Sendable {
    /// How many there may be in all.
    package var connections = 10_000
    /// How many of them may be strangers, who have not said who they are.
    package var strangers = 1000
    /// How long a peer may stay a stranger.
    package var timeout: Duration = .seconds(10)

    package init() {}
}

/// Counts the peers of a listener, and has it pause at a limit: nobody is refused, those who come too many wait in the
/// system's queue until others have gone or have said who they are.
///
/// Belongs to the listener's loop and is touched only there.
final class Turnstile {
    private let listener: Listener
    private let loop: EventLoop
    private let limits: PeerLimits
    private let onEvent: (@Sendable (GatewayEvent) -> Void)?
    private var peers = 0
    private var strangers = 0
    private var isPaused = false
    private var told: ContinuousClock.Instant?

    init(
        _ listener: Listener,
        on loop: EventLoop,
        limits: PeerLimits,
        onEvent: (@Sendable (GatewayEvent) -> Void)?
    ) {
        self.listener = listener
        self.loop = loop
        self.limits = limits
        self.onEvent = onEvent
    }

    /// A peer has come.
    func enter(asStranger isStranger: Bool) {
        peers += 1
        if isStranger { strangers += 1 }
        look()
    }

    /// A stranger has said who it is.
    func admit() {
        strangers -= 1
        look()
    }

    /// A peer has gone.
    func leave(asStranger isStranger: Bool) {
        peers -= 1
        if isStranger { strangers -= 1 }
        look()
    }

    private func look() {
        let isFull = peers >= limits.connections || strangers >= limits.strangers
        guard isFull != isPaused else { return }
        isPaused = isFull
        guard isFull else { return listener.resume() }
        listener.pause()
        // At most once a second: a crowd at the door is not to become a flood of events.
        if let told, loop.now - told < .seconds(1) { return }
        told = loop.now
        onEvent?(.acceptingPaused(address: "\(listener.address)", connections: peers))
    }
}
