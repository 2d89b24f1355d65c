import ServerCore

/// What a connection has until its handshake is done, or refused.
final class Opening {
    var reader: HandshakeReader
    /// The handler's task that decides, while it does.
    var decision: Task<Void, Never>?
    /// What came behind the request before it was answered.
    var early: [UInt8] = []

    init(maxBytes: Int) { reader = HandshakeReader(maxBytes: maxBytes) }
}
