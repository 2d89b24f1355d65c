import PlatformCore
import ServerCore

/// The stream under an attached client: on its side bytes, as under any other, on the owner's whole messages.
///
/// So everything about an attached client is what it is about others: its handshake, its limits, what happens when it is
/// slow, how it closes. It answers pings itself.
final class MessageStream: ByteStream {
    /// The client's name and the stream, or why there is none.
    typealias Answer = Result<(ClientID, LoopBound<MessageStream>), GatewayError>

    private enum State {
        case new
        case shaking
        case open
        /// Closes once the owner has.
        case ending
        case closed
    }

    let peer: SocketAddress
    private(set) var unsent = 0

    private let shard: Shard
    private let outlet: MessageOutlet
    private let intake: MessageIntake
    private var answer: ((Answer) -> Void)?
    private var client: Client?
    private var state = State.new
    private var frames = MessageFrames()
    private var timer: TimerID?
    /// Runs while the owner does not take what waits for it.
    private var stall: TimerID?
    /// The owner has closed, or cannot send any more.
    private var hasOwnerGone = false
    private var isPaused = false
    /// What has come while reading rests.
    private var waiting = MessageQueue()

    /// A stream that begins with a handshake, of which `answer` hears once how it went.
    init(
        _ peer: SocketAddress,
        _ shard: Shard,
        _ outlet: MessageOutlet,
        _ intake: MessageIntake,
        answer: @escaping (Answer) -> Void
    ) {
        self.peer = peer
        self.shard = shard
        self.outlet = outlet
        self.intake = intake
        self.answer = answer
    }

    /// The owner's affair.
    let roomInSystem = Int.max

    var isOpen: Bool { state == .open || state == .shaking }

    func start(_ delegate: any ByteStreamDelegate) {
        client = delegate as? Client
        state = .shaking
    }

    /// Has the client read its request.
    func shakeHands(_ request: [UInt8]) { feed(request) }

    func write(_ bytes: UnsafeRawBufferPointer) { write(Array(bytes)) }

    func write(_ head: ByteWord, _ body: UnsafeRawBufferPointer) { write(head.withUnsafeBytes { Array($0) } + body) }

    func write(_ bytes: SharedBytes) { write(Array(bytes.bytes)) }

    func sendNow() {}

    func pauseReading() {
        isPaused = true
        intake.read(false)
    }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        intake.read(true)
        shard.loop.atEndOfTurn { [self] in deliverWaiting() }
    }

    func setDeadline(after duration: Duration?) {
        if let timer { shard.loop.cancel(timer) }
        timer = nil
        guard isOpen, let duration else { return }
        timer = shard.loop.schedule(after: duration) { [weak self] in
            self?.timer = nil
            self?.client?.deadlinePassed()
        }
    }

    func closeAfterFlush() {
        guard isOpen else { return }
        guard state == .open, !hasOwnerGone, outlet.collect().end == nil else { return finish(.closed) }
        setDeadline(after: nil)
        state = .ending
        timer = shard.loop.schedule(after: StreamConnection.stallLimit) { [weak self] in self?.finish(.stalled) }
    }

    func close() { finish(.closed) }

    func abort() { finish(.closed) }

    // MARK: From the owner

    func received(_ message: Message) {
        guard state == .open else { return intake.arrive(message.waitingBytes) }
        guard isPaused || waiting.bytes > 0 else { return deliver(message) }
        waiting.append(message)
        guard waiting.bytes > shard.context.limits.maxBacklogBytes else { return }
        client?.close(.tryAgainLater, reason: "faster than it is read")
    }

    func ownerClosed(_ code: CloseCode?, _ reason: String) {
        hasOwnerGone = true
        guard let code, state == .open, code.isSendable || code == .noStatus else { return finish(.peerLeft) }
        deliverWaiting()
        feed(MessageFrames.received(.close, FrameEncoder.closePayload(code, reason: reason)))
        finish(.peerLeft)
    }

    /// Looks at what the owner has done.
    func collect() {
        let (taken, end) = outlet.collect()
        guard state != .closed else { return }
        count(-taken)
        if taken > 0 { watchOwner() }
        switch (end, state) {
        case (.failed, _):
            hasOwnerGone = true
            finish(.peerLeft)
        case (.closed, .open): feed(MessageFrames.received(.close, []))
        case (.closed, _): finish(.closed)
        case (nil, .open): if taken > 0, unsent == 0 { client?.drained() }
        case (nil, _): return
        }
    }

    // MARK: Inside

    private func write(_ bytes: [UInt8]) {
        switch state {
        case .shaking: answered(bytes)
        case .open: for sent in frames.read(bytes) { take(sent) }
        case .new, .ending, .closed: return
        }
    }

    private func take(_ sent: MessageFrames.Sent) {
        switch sent {
        case .message(let message):
            count(message.waitingBytes)
            if stall == nil { watchOwner() }
            outlet.push(message)
        case .ping: shard.loop.atEndOfTurn { [self] in feed(MessageFrames.received(.pong, [])) }
        case .close(let code, let reason): outlet.close(code, reason)
        }
    }

    /// The HTTP answer to the request.
    private func answered(_ response: [UInt8]) {
        let text = String(decoding: response, as: UTF8.self)
        guard text.hasPrefix("HTTP/1.1 101 "), let client else {
            let words = text.split(separator: "\r\n", omittingEmptySubsequences: false)
            return refuse("\(words[0].dropFirst("HTTP/1.1 ".count)): \(words.last?.dropLast() ?? "")")
        }
        state = .open
        answer?(.success((client.id, LoopBound(self, to: shard.loop))))
        answer = nil
    }

    private func refuse(_ cause: String) {
        answer?(.failure(GatewayError(.refused, attempt: "attach a client", cause: cause)))
        answer = nil
    }

    private func deliverWaiting() {
        while !isPaused, state == .open, let message = waiting.popFirst() {
            deliver(message)
        }
    }

    private func deliver(_ message: Message) {
        switch message {
        case .text(let text): feed(MessageFrames.received(.text, text.utf8))
        case .binary(let bytes): feed(MessageFrames.received(.binary, bytes))
        }
        intake.arrive(message.waitingBytes)
    }

    private func feed(_ bytes: [UInt8]) {
        guard state == .open || state == .shaking else { return }
        var bytes = bytes
        bytes.withUnsafeMutableBytes { client?.received($0) }
    }

    private func count(_ bytes: Int) {
        unsent += bytes
        shard.loop.waiting.add(bytes)
    }

    /// From now on the owner has to take something for as long as anything waits: dead sockets leave within the same time
    /// as under the system's watch.
    private func watchOwner() {
        if let stall { shard.loop.cancel(stall) }
        let limit = shard.context.limits.peerTimeout
        stall = unsent == 0 ? nil : shard.loop.schedule(after: limit) { [weak self] in self?.finish(.stalled) }
    }

    private func finish(_ end: StreamEnd) {
        guard state != .closed else { return }
        setDeadline(after: nil)
        state = .closed
        count(-unsent)
        watchOwner()
        refuse("the gateway has a limit that is reached, or goes down")
        if !hasOwnerGone { outlet.cut(client?.closeCode ?? .abnormal, client?.closeReason ?? "") }
        intake.arrive(waiting.bytes)
        waiting.free()
        intake.read(true)
        guard let client else { return }
        self.client = nil
        shard.loop.atEndOfTurn { client.closed(end) }
    }
}
