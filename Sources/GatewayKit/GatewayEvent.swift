package import PlatformCore

/// What happens in a gateway, a Register or a remote client, for logs and counters.
///
/// Delivered to the closure in the configuration, on the thread where it happens, often an event loop's: it must not
/// block. No event carries a secret, a proof or a message's content.
public enum GatewayEvent: Sendable, Hashable {
    /// Sockets are accepted at this address, with the port that was really taken.
    case listening(address: String)
    /// A handshake was completed; `peer` is the client's address where a trusted proxy says it.
    case clientOpened(ClientID, peer: String)
    /// A socket has gone, for whatever reason; `code` is RFC 6455's, 1006 when it was cut.
    case clientClosed(ClientID, code: Int, reason: String)
    /// A request for a socket was answered with an HTTP status instead.
    case handshakeRefused(status: Int, peer: String, reason: String)
    /// A TLS handshake failed, or was not completed in time.
    case tlsFailed(peer: String, reason: String)
    /// A client reads too slowly: from here on messages to it are dropped until it has read what waits.
    case clientSlow(ClientID, backlogBytes: Int)
    /// A slow client has caught up and was told how many messages it missed.
    case clientRecovered(ClientID, droppedMessages: Int, droppedBytes: Int)
    /// A change was not merged into a client's session, which stays as it was: one of the two is not what PHP writes for an
    /// array, or has references in it. Told at most ten times a second by each loop.
    case sessionNotMerged(ClientID, reason: String)
    /// `maxConnections` are there: those who come wait in the system's queue until one goes.
    ///
    /// Told once, however long it lasts.
    case connectionLimitReached(limit: Int)
    /// After `connectionLimitReached` there has been room for a second.
    case acceptingAgain
    /// A connection was turned away because its address had `maxConnectionsPerAddress`; told at most once a second by each
    /// loop.
    case addressLimitReached(address: String, limit: Int)
    /// The system refused a connection, for want of descriptors for example; accepting goes on.
    case acceptFailed(reason: String)
    /// Connections to this address wait: as many as may be are there, or too many that have not said who they are.
    case acceptingPaused(address: String, connections: Int)
    /// No more sockets are accepted and those that are there are told to go (1001).
    case draining(clients: Int)
    /// Everything is closed.
    case stopped
    /// The inner port is open at this address.
    case innerListening(address: String)
    /// An inner connection was closed because of what it sent, a wrong secret for example; told at most ten times a second.
    case innerConnectionRefused(peer: String, reason: String)
    /// A worker of PHP's GatewayWorker is connected; its address and its name.
    case workerConnected(String)
    /// A worker is so far behind that clients of whom it was to be told something are cut; told at most once a second.
    case workerSlow(String, waitingBytes: Int)
    /// A worker has gone: its clients are given to others, or wait a while for it.
    case workerLost(String)
    /// Register takes connections at this address.
    case registerListening(address: String)
    /// A connection to Register was closed because of what it sent; told at most ten times a second.
    case registerConnectionRefused(peer: String, reason: String)
    /// This gateway or client is known to a Register.
    case registered(register: String)
    /// A Register is not reached; it is tried again.
    case registerLost(register: String, reason: String)
    /// A remote client has a connection to a gateway.
    case gatewayConnected(GatewayAddress)
    /// A remote client has lost its connection to a gateway; it is tried again while Register lists it.
    case gatewayLost(GatewayAddress, reason: String)
}

extension GatewayEvent {
    /// The event in words, for a log of yours: what happened, and facts beside it.
    ///
    /// The level is `debug`, `info`, `warning` or `error`, as in swift-log: `Logger.Level(rawValue: event.entry.level)`.
    public var entry: (level: String, message: String, fields: [(name: String, value: String)]) { line.entry }

    /// The event as a line for a log.
    package var line: LogLine {
        switch self {
        case .listening(let address):
            LogLine(.info, "gateway", "listening", ["address": address])
        case .clientOpened(let client, let peer):
            LogLine(.debug, "gateway", "client opened", ["client": "\(client)", "peer": peer])
        case .clientClosed(let client, let code, let reason):
            LogLine(.debug, "gateway", "client closed", ["client": "\(client)", "code": "\(code)", "reason": reason])
        case .handshakeRefused(let status, let peer, let reason):
            LogLine(.info, "gateway", "handshake refused", ["status": "\(status)", "peer": peer, "reason": reason])
        case .tlsFailed(let peer, let reason):
            LogLine(.info, "gateway", "TLS handshake failed", ["peer": peer, "reason": reason])
        case .clientSlow(let client, let bytes):
            LogLine(.warning, "gateway", "client reads too slowly", ["client": "\(client)", "backlog": "\(bytes)"])
        case .clientRecovered(let client, let messages, let bytes):
            LogLine(
                .info,
                "gateway",
                "client caught up",
                ["client": "\(client)", "dropped_messages": "\(messages)", "dropped_bytes": "\(bytes)"]
            )
        case .sessionNotMerged(let client, let reason):
            LogLine(.warning, "gateway", "session not changed", ["client": "\(client)", "reason": reason])
        case .connectionLimitReached(let limit):
            LogLine(.warning, "gateway", "too many connections", ["limit": "\(limit)"])
        case .acceptingAgain:
            LogLine(.info, "gateway", "accepts connections again")
        case .addressLimitReached(let address, let limit):
            LogLine(
                .warning,
                "gateway",
                "too many connections of one address",
                ["address": address, "limit": "\(limit)"]
            )
        case .acceptFailed(let reason):
            LogLine(.error, "gateway", "accept failed", ["reason": reason])
        case .acceptingPaused(let address, let connections):
            LogLine(.warning, "gateway", "accepting paused", ["address": address, "connections": "\(connections)"])
        case .draining(let clients):
            LogLine(.info, "gateway", "draining", ["clients": "\(clients)"])
        case .stopped:
            LogLine(.info, "gateway", "stopped")
        case .innerListening(let address):
            LogLine(.info, "gateway", "inner port listening", ["address": address])
        case .innerConnectionRefused(let peer, let reason):
            LogLine(.warning, "gateway", "inner connection refused", ["peer": peer, "reason": reason])
        case .workerConnected(let worker):
            LogLine(.info, "gateway", "worker connected", ["worker": worker])
        case .workerSlow(let worker, let bytes):
            LogLine(
                .warning,
                "gateway",
                "worker is too far behind, its clients are cut",
                ["worker": worker, "waiting": "\(bytes)"]
            )
        case .workerLost(let worker):
            LogLine(.warning, "gateway", "worker lost", ["worker": worker])
        case .registerListening(let address):
            LogLine(.info, "register", "listening", ["address": address])
        case .registerConnectionRefused(let peer, let reason):
            LogLine(.warning, "register", "connection refused", ["peer": peer, "reason": reason])
        case .registered(let register):
            LogLine(.info, "gateway", "registered", ["register": register])
        case .registerLost(let register, let reason):
            LogLine(.warning, "gateway", "register lost", ["register": register, "reason": reason])
        case .gatewayConnected(let gateway):
            LogLine(.info, "gateway", "gateway connected", ["gateway": "\(gateway)"])
        case .gatewayLost(let gateway, let reason):
            LogLine(.warning, "gateway", "gateway lost", ["gateway": "\(gateway)", "reason": reason])
        }
    }
}
