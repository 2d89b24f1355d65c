/// A message framed once and sent as often as one likes: a greeting, a text pushed to one uid after the other.
///
/// Only the gateway of the own process takes it; the wire carries messages. Costs the memory of its bytes while it or a
/// send of it is alive.
public struct PreparedMessage: Sendable {
    package let frame: EncodedFrame

    /// Frames a message.
    public init(_ message: Message) { frame = EncodedFrame(message) }

    /// Frames a text message.
    public init(_ text: String) { self.init(.text(text)) }
}

extension Client {
    /// Sends a message that was framed before.
    public func send(_ message: PreparedMessage) { send(message.frame, shard.slowPolicy) }
}
