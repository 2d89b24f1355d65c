package import PlatformCore

/// Bytes to and from one peer, over TCP, TLS or memory: what protocol code is written against.
///
/// It belongs to a loop and is touched only there. Made by a `Listener`, by `connect`, or by a test; whoever takes it
/// calls `start` once, and from then on hears everything through its delegate.
package protocol ByteStream: AnyObject {
    /// Who is on the other side.
    var peer: SocketAddress { get }
    /// Bytes written here and not yet taken by the system: what a sender with a limit watches.
    var unsent: Int { get }
    /// How many bytes the system would take now, while none wait here: they would cost no memory of this process.
    var roomInSystem: Int { get }
    /// Whether writing still makes sense: started, not closed, and no close asked for.
    var isOpen: Bool { get }

    /// Begins to read; the stream keeps `delegate` until it has called `closed`.
    func start(_ delegate: any ByteStreamDelegate)
    /// Writes a copy of the bytes, together with everything else written in this turn; nothing happens once closed.
    func write(_ bytes: UnsafeRawBufferPointer)
    /// Writes a head and a copy of a body, side by side: a frame's header and its payload.
    func write(_ head: ByteWord, _ body: UnsafeRawBufferPointer)
    /// Writes bytes that go to many streams: see `SharedBytes`.
    func write(_ bytes: SharedBytes)
    /// Sends what was written in this turn now, rather than at its end; nothing while bytes of earlier turns wait.
    ///
    /// For a writer at its limit, who has to know whether the peer is slow or just a lot was written at once.
    func sendNow()
    /// Stops taking bytes, so that the peer is slowed down; what was read is still delivered.
    func pauseReading()
    /// Takes bytes again.
    func resumeReading()
    /// Has `deadlinePassed` called once after this time (within a second), in place of an earlier deadline; nil: never.
    func setDeadline(after duration: Duration?)
    /// Sends what was written, then ends our direction, waits up to 2 s for the peer's end, and closes.
    ///
    /// The wait lets the peer read our last bytes even while it is still sending (RFC 9112 9.6). Reads are thrown away.
    func closeAfterFlush()
    /// Closes at once; what was not yet sent is lost.
    func close()
    /// Closes at once, and the peer sees a reset.
    func abort()
}

extension ByteStream {
    /// Writes a copy of an array.
    package func write(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { write($0) }
    }

    /// Writes text as UTF-8.
    package func write(_ text: String) {
        var text = text
        text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
    }
}

/// What a stream tells its owner, always on the loop and never from within a call of the stream's.
package protocol ByteStreamDelegate: AnyObject {
    /// Bytes have come, lent for the time of this call; they may be changed in place.
    func received(_ bytes: UnsafeMutableRawBufferPointer)
    /// The peer will send no more, but may still read: the default closes after the flush.
    func peerEnded()
    /// Everything written has gone to the system (at most once per turn in which something went).
    func drained()
    /// The deadline has passed: the default closes.
    func deadlinePassed()
    /// The stream is closed, for whatever reason; always the last call, and always made.
    func closed(_ end: StreamEnd)

    /// The stream that this delegate serves, for the defaults.
    var stream: any ByteStream { get }
}

extension ByteStreamDelegate {
    package func peerEnded() { stream.closeAfterFlush() }
    package func drained() {}
    package func deadlinePassed() { stream.close() }
}

/// Why a stream ended.
package enum StreamEnd: Sendable {
    /// We closed it.
    case closed
    /// The peer went away before we closed.
    case peerLeft
    /// The peer took no byte for the stall limit while some waited for it.
    case stalled
    /// The system says what went wrong.
    case failed(SystemError)
    /// The TLS handshake was not completed; the text says why.
    case handshakeFailed(String)
}

extension StreamEnd {
    /// The same end, of a connection whose TLS handshake is not done.
    var inHandshake: StreamEnd {
        switch self {
        case .closed, .handshakeFailed: self
        case .peerLeft: .handshakeFailed("the peer left")
        case .stalled: .handshakeFailed("the peer took nothing")
        case .failed(let error): .handshakeFailed("\(error)")
        }
    }
}
