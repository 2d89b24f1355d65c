import PlatformCore
import ServerCore

/// GatewayWorker's Register: gateways announce themselves to it, and those who push learn from it where the gateways are.
///
/// ```swift
/// let register = Register(.init(listen: "127.0.0.1:1236"))
/// try await register.run()                                    // until its task is cancelled
/// ```
/// Gateways and workers of PHP's GatewayWorker can use it, beside ours. It keeps nothing: when it is lost, live
/// connections between the others stay, and everyone announces himself anew when it is back.
///
/// A connection that has not announced itself after 10 s is closed, and so is one whose line is longer than 64 KiB. With
/// 10,000 connections, or 1,000 that have not announced themselves, no more are accepted until some have gone.
public final class Register: Sendable {
    /// How a Register is set up.
    public struct Configuration: Sendable {
        /// Where gateways and workers connect: `127.0.0.1:1236`, `:1236`; port 0 takes a free one.
        public var listen: String
        /// What all processes of the installation share.
        public var secret: String
        /// Whether a listener beyond this machine may do without a secret, so that anyone who reaches it can list the
        /// gateways and add to them.
        public var isInsecureAllowed: Bool
        /// Hears what happens, on the Register's thread, so it must not block; nil: nobody.
        public var onEvent: (@Sendable (GatewayEvent) -> Void)?

        /// How many may be connected, and how long one may take to announce itself.
        package var limits = PeerLimits()

        /// A configuration; see the properties for what each is for.
        public init(
            listen: String = "127.0.0.1:1236",
            secret: String = "",
            isInsecureAllowed: Bool = false,
            onEvent: (@Sendable (GatewayEvent) -> Void)? = nil
        ) {
            self.listen = listen
            self.secret = secret
            self.isInsecureAllowed = isInsecureAllowed
            self.onEvent = onEvent
        }
    }

    private let configuration: Configuration
    private let hasRun = Lock(false)
    private let bound = Lock<String?>(nil)

    /// A Register that does not run yet.
    public init(_ configuration: Configuration = .init()) {
        self.configuration = configuration
    }

    /// Where it listens, with the port that was really taken; nil before and after.
    public var address: String? { bound.withLock { $0 } }

    /// Serves until the task is cancelled, then closes everything and returns.
    ///
    /// - Throws: `invalidConfiguration`, `listenFailed` or `alreadyRunning`, at the start only.
    public func run() async throws(GatewayError) {
        let isFirst = hasRun.withLock { hasRun in
            defer { hasRun = true }
            return !hasRun
        }
        guard isFirst else { throw GatewayError(.alreadyRunning, attempt: "run the Register", cause: "it has run") }
        let attempt = "listen at \(configuration.listen) for the Register"
        let address = try ListenRule.check(
            configuration.listen,
            secret: configuration.secret,
            isInsecureAllowed: configuration.isInsecureAllowed,
            attempt: attempt
        )
        do throws(SystemError) {
            let group = try EventLoopGroup(name: "register")
            // A gateway whose machine has gone without a word is dropped within seconds.
            let listener = try Listener(address, loops: group.loops, peerTimeout: .seconds(10))
            await serve(listener, group)
        } catch {
            throw GatewayError(.listenFailed, attempt: attempt, cause: "\(error)")
        }
    }

    private func serve(_ listener: Listener, _ group: EventLoopGroup) async {
        let loop = group.loops[0]
        let office = await loop.perform { [configuration] in
            LoopBound(RegisterOffice(configuration, listener, on: loop), to: loop)
        }
        guard let office else { return }
        listener.start { office.value.take($0) }
        bound.withLock { $0 = "\(listener.address)" }
        configuration.onEvent?(.registerListening(address: "\(listener.address)"))
        await Task.untilCancelled()
        bound.withLock { $0 = nil }
        await listener.stop()
        await group.shutdown()
    }
}
