/// A WebSocket gateway: sockets, uids and pushes.
public final class Gateway: Sendable {
}
