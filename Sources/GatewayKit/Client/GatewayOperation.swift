/// What a gateway can be told to do without an answer: everything that changes something or sends.
///
/// `GatewayClient` has a function for each; as a value it can be kept, compared and posted from code that is not async
/// (`LocalGatewayClient.post`). A client that is gone is passed over without an error.
public enum GatewayOperation: Sendable, Equatable {
    /// Sends a message.
    case send(Message, to: Target)
    /// Sends a last message, if there is one, and closes the socket once that has gone out.
    case close(ClientID, last: Message?)
    /// Cuts a connection; what waits for it is lost.
    case destroy(ClientID)
    /// Ties a socket to a uid; a binding it had before ends.
    case bind(ClientID, uid: String)
    /// Ends the binding of a socket, whatever uid it was bound to.
    case unbind(ClientID)
    /// Puts a socket into a group; one that is in it stays where it is.
    case join(ClientID, group: String)
    /// Takes a socket out of a group; the group vanishes with its last socket.
    case leave(ClientID, group: String)
    /// Takes every socket out of a group, on every gateway.
    case dissolve(group: String)
    /// Replaces the session of a socket; empty bytes end it.
    case setSession(ClientID, ClientSession)
    /// Changes the session of a socket as PHP's `array_replace_recursive` does.
    ///
    /// Keys that are there keep their place, new ones are appended; where both values are arrays, so it goes on within.
    case mergeSession(ClientID, PHPArray)
}

extension GatewayOperation {
    /// What it does, for errors.
    package var attempt: String {
        switch self {
        case .send: "send a message"
        case .close: "close a client"
        case .destroy: "destroy a client"
        case .bind: "bind a client"
        case .unbind: "unbind a client"
        case .join: "join a group"
        case .leave: "leave a group"
        case .dissolve: "dissolve a group"
        case .setSession: "set a session"
        case .mergeSession: "merge into a session"
        }
    }

    /// Throws `invalidArgument` for a uid or group that the inner protocol takes for none.
    package func check() throws(GatewayError) {
        switch self {
        case .send(_, let target): try target.check(attempt)
        case .bind(_, let uid): try GatewayError.check(uid: uid, attempt)
        case .join(_, let group), .leave(_, let group), .dissolve(let group):
            try GatewayError.check(group: group, attempt)
        case .close, .destroy, .unbind, .setSession, .mergeSession: break
        }
    }
}
