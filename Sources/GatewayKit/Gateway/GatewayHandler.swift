/// What an application does with the sockets of one event loop.
///
/// ```swift
/// final class Echo: GatewayHandler {
///     func text(_ text: UTF8Span, from client: Client) { client.send(text) }
///     func binary(_ bytes: RawSpan, from client: Client) { client.send(bytes) }
/// }
/// let gateway = Gateway(.init(listen: "127.0.0.1:8282")) { _ in Echo() }
/// ```
///
/// Each loop makes one of its own and calls it on its thread only, one call at a time, so it needs no locks; it must not
/// block. Messages are lent for the time of the call and not copied: what is to be kept, copy. Every method has a
/// default: sockets are accepted, and nothing else is done.
public protocol GatewayHandler: AnyObject {
    /// Somebody asks for a socket; called before there is one, for requests that keep to the protocol and the origins.
    func upgrade(_ request: UpgradeRequest) -> UpgradeDecision
    /// A socket is open; what is sent to it now is the first it receives.
    func opened(_ client: Client, request: UpgradeRequest)
    /// A text message came; it is valid UTF-8.
    func text(_ text: UTF8Span, from client: Client)
    /// A binary message came.
    func binary(_ bytes: RawSpan, from client: Client)
    /// Messages to a client were dropped in this turn of the loop, since it does not take what it is sent.
    ///
    /// - Parameters:
    ///   - messages: How many, since the last call.
    ///   - bytes: How many bytes their frames have.
    ///   - client: It gets the drop marker as the next message once it has taken what waits, if it ever does.
    func dropped(messages: Int, bytes: Int, to client: Client)
    /// A socket that was open is closed; called once for each.
    ///
    /// - Parameters:
    ///   - client: It takes no more messages.
    ///   - code: RFC 6455 7.1.5: what the peer said, or what we said first; `abnormal` when the connection was cut.
    ///   - reason: The words that came with the code.
    func closed(_ client: Client, code: CloseCode, reason: String)
}

extension GatewayHandler {
    /// Accepts, with a subprotocol that the configuration lists if the client offers one.
    public func upgrade(_ request: UpgradeRequest) -> UpgradeDecision { .accept() }
    /// Does nothing.
    public func opened(_ client: Client, request: UpgradeRequest) {}
    /// Does nothing.
    public func text(_ text: UTF8Span, from client: Client) {}
    /// Does nothing.
    public func binary(_ bytes: RawSpan, from client: Client) {}
    /// Does nothing.
    public func dropped(messages: Int, bytes: Int, to client: Client) {}
    /// Does nothing.
    public func closed(_ client: Client, code: CloseCode, reason: String) {}
}
