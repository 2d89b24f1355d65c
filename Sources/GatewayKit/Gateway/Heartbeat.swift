/// What a silent client is asked with, to see whether it is still there: see `Gateway.Limits.idleTimeout`.
///
/// Anything that it sends then, on whatever level, is a sign of life.
public enum Heartbeat: Sendable, Hashable {
    /// A ping of the protocol (RFC 6455 5.5.2), which every client answers without its application's knowledge.
    case ping
    /// A text message, which the application has to answer: finds pages that hang while their browser lives.
    ///
    /// `{"type":"ping"}` is what clients of GatewayWorker expect.
    case text(String)
    /// Both: the text keeps proxies and applications content that know nothing of pings, and the ping is answered by
    /// clients that do not answer the text.
    case pingAndText(String)
}
