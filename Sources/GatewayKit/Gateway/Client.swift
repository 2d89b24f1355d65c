package import ServerCore

/// A socket of a browser, as the handler of its loop sees it.
///
/// Valid on its loop only: in a handler's calls, and on the loop's executor. From anywhere else its `id` reaches it,
/// through a `GatewayClient`. Costs about 330 bytes while idle, the connection under it included.
public final class Client {
    enum Phase {
        case handshaking
        case open
        /// Our close frame is written; waits for the peer's.
        case closing
        /// Nothing is read or written any more.
        case done
    }

    /// The socket's name, by which it is reached from anywhere.
    public let id: ClientID

    /// Whatever the handler keeps for this socket.
    @exclusivity(unchecked) public var state: AnyObject?

    package let stream: any ByteStream
    let shard: Shard
    let handler: any GatewayHandler

    @exclusivity(unchecked) var phase = Phase.handshaking
    /// There until the socket is open.
    @exclusivity(unchecked) var opening: Opening?
    @exclusivity(unchecked) var parser: FrameParser
    /// When something came last, in the loop's ticks.
    @exclusivity(unchecked) var heardAt: Int64 = 0
    /// When it opened, in the loop's ticks.
    @exclusivity(unchecked) var openedAt: Int64 = 0
    @exclusivity(unchecked) var messagesReceived = 0
    @exclusivity(unchecked) var messagesSent = 0
    /// When it may send at its full rate again, for `MessageRate`.
    @exclusivity(unchecked) var allowance: Int64 = 0
    /// Whether a ping waits for a sign of life.
    @exclusivity(unchecked) var isPinged = false
    /// Whether reading rests until what the peer does not take has gone.
    @exclusivity(unchecked) var isPaused = false
    /// Whether reading rests because the handler asked for it.
    @exclusivity(unchecked) var isHeld = false
    /// What was dropped since the peer became too slow; nil while it is not.
    @exclusivity(unchecked) var dropped: DroppedMessages?
    @exclusivity(unchecked) var closeCode = CloseCode.abnormal
    @exclusivity(unchecked) var closeReason = ""

    init(_ id: ClientID, _ stream: any ByteStream, _ shard: Shard) {
        self.id = id
        self.stream = stream
        self.shard = shard
        handler = shard.handler
        parser = FrameParser(shard.rules)
    }

    /// Who is on the other side: address and port.
    public var peerAddress: String { stream.peer.description }

    /// Who it is for an operator: as a trusted proxy says, without one the peer.
    var sender: String { shard.sender(of: self)?.ip ?? peerAddress }

    /// Whether it takes no more messages.
    public var isClosed: Bool { phase != .open }

    /// Bytes that wait for the peer to take them.
    public var backlogBytes: Int { stream.unsent }

    /// Closes the socket: says why, waits a moment for the peer's answer, then ends the connection.
    ///
    /// - Parameters:
    ///   - code: A code that an endpoint may send; `normal` unless there is something to tell.
    ///   - reason: At most 123 bytes of it are sent.
    public func close(_ code: CloseCode = .normal, reason: String = "") {
        switch phase {
        case .handshaking:
            phase = .done
            stream.close()
        case .open:
            say(code, reason)
            resumeReading()
            holdReading(false)
            phase = .closing
            stream.setDeadline(after: shard.context.limits.closeTimeout)
        case .closing, .done: break
        }
    }

    /// Sends a last message, if there is one, and closes.
    func kick(_ last: EncodedFrame?) {
        if let last { send(last, .drop) }
        close(.normal)
    }

    /// Cuts the connection; what waits for the peer is lost.
    func destroy() {
        guard phase != .done else { return }
        if phase == .open { shard.leave(self) }
        phase = .done
        stream.abort()
    }

    /// Writes the close frame, after which nothing else is written.
    func say(_ code: CloseCode, _ reason: String) {
        shard.leave(self)
        closeCode = code
        closeReason = reason
        writeControl(.close, FrameEncoder.closePayload(code, reason: reason))
    }
}
