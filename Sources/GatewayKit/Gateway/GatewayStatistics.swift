/// What a gateway has counted since it runs, over all its loops.
///
/// Every figure is exact, but they are read one after the other while the loops go on, so that two that belong together
/// may differ by what happened in between.
public struct GatewayStatistics: Sendable, Hashable {
    /// Connections that are there now, also those in their handshake or closing.
    public var connections = 0
    /// Connections accepted so far.
    public var accepted = 0
    /// Connections turned away because of a limit on connections, those behind a trusted proxy (429) included.
    public var connectionsRefused = 0
    /// Handshakes answered with an HTTP status instead of a socket, those that took too long included.
    public var handshakesRefused = 0
    /// TLS handshakes that failed.
    public var tlsFailures = 0
    /// Sockets that are open now.
    public var clients = 0
    /// Sockets opened so far.
    public var clientsOpened = 0
    /// Messages that came from clients.
    public var messagesReceived = 0
    /// Payload bytes of those.
    public var bytesReceived = 0
    /// Messages accepted for sending to clients, each as often as it had receivers.
    public var messagesSent = 0
    /// Bytes of their frames.
    public var bytesSent = 0
    /// Messages that were not sent because the receiver was too slow.
    public var messagesDropped = 0
    /// Bytes of their frames.
    public var bytesDropped = 0
    /// How many times a client became too slow.
    public var slowClients = 0
    /// Clients closed with 1013 because they were too slow.
    public var slowClosed = 0
    /// Clients closed with 1002 or 1007 because they broke a rule of the protocol.
    public var violations = 0
    /// Clients closed with 1009 because of a message, a frame or a number of fragments beyond the limit.
    public var messagesTooBig = 0
    /// Clients closed with 1008 because they sent messages, pings or pongs faster than the limit.
    public var rateLimited = 0
    /// Clients closed with 1013 because of unfinished messages while too much waited in the whole gateway.
    public var unfinishedClosed = 0
    /// Clients that were asked for a sign of life.
    public var pingsSent = 0
    /// Clients closed because they gave no sign of life.
    public var silentClosed = 0
    /// Bytes that wait in this process now: for slow clients, and of messages of which not everything has come.
    public var bufferedBytes = 0

    /// What nobody has counted yet.
    public init() {}

    init(_ loops: [Counters], bufferedBytes: Int) {
        for loop in loops { add(loop) }
        self.bufferedBytes = bufferedBytes
    }

    private mutating func add(_ loop: Counters) {
        connections += loop.connections.value
        accepted += loop.accepted.value
        connectionsRefused += loop.connectionsRefused.value
        handshakesRefused += loop.handshakesRefused.value
        tlsFailures += loop.tlsFailures.value
        clients += loop.clients.value
        clientsOpened += loop.clientsOpened.value
        messagesReceived += loop.messagesReceived.value
        bytesReceived += loop.bytesReceived.value
        messagesSent += loop.messagesSent.value
        bytesSent += loop.bytesSent.value
        messagesDropped += loop.messagesDropped.value
        bytesDropped += loop.bytesDropped.value
        slowClients += loop.slowClients.value
        slowClosed += loop.slowClosed.value
        violations += loop.violations.value
        messagesTooBig += loop.messagesTooBig.value
        rateLimited += loop.rateLimited.value
        unfinishedClosed += loop.unfinishedClosed.value
        pingsSent += loop.pingsSent.value
        silentClosed += loop.silentClosed.value
    }
}
