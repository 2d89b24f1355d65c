/// What happens to a client that has not taken what it was sent when the limit for one client is reached.
public enum SlowPolicy: Sendable, Hashable {
    /// Drops whole messages until the client has taken all that waits, then tells it how many by the drop marker.
    case drop
    /// Closes the socket with 1013 (try again later).
    case close
}
