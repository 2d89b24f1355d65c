/// What is sent to a socket: a text or a binary message (RFC 6455 5.6).
public enum Message: Sendable, Hashable {
    /// A text message; Swift's strings are always valid UTF-8.
    case text(String)
    /// A binary message.
    case binary([UInt8])
}
