import ServerCore

/// All gateways that a client knows: the addresses that the Registers list, and a link to each.
///
/// Belongs to a loop and is touched only there.
final class RemoteHub {
    private let configuration: RemoteGatewayClient.Configuration
    private let loop: EventLoop
    private var registers: [RegisterLink] = []
    /// The last list of each Register that has ever answered.
    private var lists: [[GatewayAddress]?]
    /// A link to each gateway that is listed, or still connected: a Register that was restarted has an empty list for a
    /// second, and the gateways are there all the same.
    private var links: [GatewayAddress: GatewayLink] = [:]
    /// Gateways that were dropped before they confirmed what they had been sent.
    private var lostWithCommands: [GatewayAddress] = []
    /// The order in which the gateways became known.
    private var order: [GatewayAddress] = []
    /// Calls made before a gateway was known; nil once the start is over.
    private var early: [() -> Void]? = []
    private var timer: TimerID?

    init(_ configuration: RemoteGatewayClient.Configuration, on loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
        lists = configuration.registers.map { _ in nil }
    }

    /// Asks the Registers, and goes on until `stop`.
    func start() {
        let greeting = RegisterMessage.workerConnect(secret: configuration.secretBytes)
        registers = configuration.registers.enumerated().map { index, register in
            RegisterLink(
                register,
                greeting: greeting,
                on: loop,
                timing: configuration.registerTiming,
                onEvent: configuration.onEvent
            ) { [weak self] in self?.listed($0, by: index) }
        }
        for register in registers { register.start() }
        timer = loop.schedule(after: configuration.limits.patience) { [weak self] in self?.startIsOver() }
    }

    /// Closes everything and fails what waits.
    func stop() {
        if let timer { loop.cancel(timer) }
        startIsOver()
        for register in registers { register.stop() }
        for link in links.values { link.stop() }
        links = [:]
        order = []
    }

    /// Lets what waits come to its end, for as long as a call may wait for a gateway, then stops.
    func finish(_ done: @escaping () -> Void) {
        finish(by: loop.now + configuration.limits.patience, done)
    }

    private func finish(by deadline: ContinuousClock.Instant, _ done: @escaping () -> Void) {
        let isIdle = (early ?? []).isEmpty && links.values.allSatisfy(\.isIdle)
        guard !isIdle, loop.now < deadline else {
            stop()
            return done()
        }
        loop.schedule(after: .milliseconds(10)) { [self] in finish(by: deadline, done) }
    }

    /// Runs `body` as soon as there is a gateway to talk to, or the start is over without one.
    func whenStarted(_ body: @escaping () -> Void) {
        if early == nil { body() } else { early?.append(body) }
    }

    /// Sends an order to one gateway, unless no Register lists it.
    func send(to gateway: GatewayAddress, _ order: GatewayLine.Order) {
        if let link = links[gateway] { return link.send(order) }
        order.done(.failed(lists.contains { $0 != nil } ? .unknownGateway : .registerUnavailable, noGateway(gateway)))
    }

    /// Has each gateway confirm that it has obeyed all commands so far; one outcome for each that had some.
    func confirm(_ done: @escaping ([GatewayLine.Outcome]) -> Void) {
        let lost = lostWithCommands.map { address in
            GatewayLine.Outcome.failed(.unreachable, "\(address): it has gone, and its last commands with it")
        }
        lostWithCommands = []
        let known = order.compactMap { links[$0] }
        guard !known.isEmpty else { return done(lost) }
        let gathering = Gathering<GatewayLine.Outcome>(count: known.count) { done(lost + $0) }
        for (index, link) in known.enumerated() {
            link.confirm { gathering.put($0, at: index) }
        }
    }

    /// Every gateway there is, in the order in which they became known; nil if there is none.
    var gateways: [GatewayAddress]? { order.isEmpty ? nil : order }

    /// Why there is none.
    var emptiness: NoGateway {
        lists.contains { $0 != nil }
            ? NoGateway(code: .unreachable, cause: "no gateway is registered")
            : NoGateway(code: .registerUnavailable, cause: "no Register answers")
    }

    /// That there is nobody to send to.
    struct NoGateway: Error {
        let code: GatewayError.Code
        let cause: String
    }

    private func noGateway(_ gateway: GatewayAddress) -> String {
        lists.contains { $0 != nil } ? "\(gateway) is not registered" : "no Register answers"
    }

    // MARK: Who is there

    private func listed(_ addresses: [String], by register: Int) {
        // What is no IPv4 address cannot be named by a client id either.
        lists[register] = addresses.compactMap { GatewayAddress($0) }
        let all = lists.compactMap(\.self).joined()
        for address in all where links[address] == nil { add(address) }
        for link in links.values { dropIfGone(link) }
        if !order.isEmpty { startIsOver() }
    }

    private func add(_ address: GatewayAddress) {
        let link = GatewayLink(
            address,
            secret: configuration.secretBytes,
            on: loop,
            limits: configuration.limits,
            onEvent: configuration.onEvent
        ) { [weak self] in self?.dropIfGone($0) }
        links[address] = link
        order.append(address)
        link.start()
    }

    /// Forgets a gateway that is neither connected nor listed: it is not dialled again.
    private func dropIfGone(_ link: GatewayLink) {
        let isListed = lists.contains { $0?.contains(link.address) ?? false }
        guard !isListed, !link.isReady, links[link.address] === link else { return }
        links[link.address] = nil
        order.removeAll { $0 == link.address }
        if link.hasLostCommands { lostWithCommands.append(link.address) }
        link.stop()
    }

    private func startIsOver() {
        let calls = early ?? []
        early = nil
        for call in calls { call() }
    }
}
