/// What only a gateway of the own process can do, and what is done from code that is not async, a handler for example.
///
/// Everything here posts to the loops concerned and returns, in order with the caller's other calls; what is posted faster
/// than the loops obey waits in memory, where the asynchronous calls would wait themselves. It throws `stopped`
/// before `run()` listens and after it has ended.
extension LocalGatewayClient {
    /// Has an operation carried out.
    ///
    /// - Throws: `stopped`, else as `perform`.
    public func post(_ operation: GatewayOperation) throws(GatewayError) {
        let running = try present(operation.attempt)
        running.switchboard.perform(try running.command(operation))
    }

    /// Sends a message.
    ///
    /// - Parameters:
    ///   - message: A text or binary message; it is framed once, however many receive it.
    ///   - target: Who receives it.
    ///   - slow: What becomes of a client that does not take it; nil: what the gateway's configuration says.
    /// - Throws: `stopped`, else as `send`.
    public func post(_ message: Message, to target: Target, slow: SlowPolicy? = nil) throws(GatewayError) {
        try post(PreparedMessage(message), to: target, slow: slow)
    }

    /// Sends a message that was framed before.
    ///
    /// - Parameters:
    ///   - message: A message, made once.
    ///   - target: Who receives it.
    ///   - slow: What becomes of a client that does not take it; nil: what the gateway's configuration says.
    /// - Throws: `stopped`, else as `send`.
    public func post(_ message: PreparedMessage, to target: Target, slow: SlowPolicy? = nil) throws(GatewayError) {
        let attempt = "send a message"
        let running = try present(attempt)
        running.switchboard.perform(.send(message.frame, to: try running.recipients(target, attempt), slow: slow))
    }

    /// Closes every socket of a uid.
    ///
    /// - Parameters:
    ///   - uid: Whose sockets; any string but `""` and `"0"`.
    ///   - code: A code that an endpoint may send.
    ///   - reason: At most 123 bytes of it are sent.
    /// - Throws: `stopped` or `invalidArgument`.
    public func close(uid: String, code: CloseCode = .normal, reason: String = "") throws(GatewayError) {
        let attempt = "close the clients of a uid"
        try GatewayError.check(uid: uid, attempt)
        try present(attempt).switchboard.perform(.close(uid: uid, code, reason: reason))
    }
}
