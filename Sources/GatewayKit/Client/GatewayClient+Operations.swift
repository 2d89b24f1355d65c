/// What can be done, each as a function: see `GatewayOperation` for what it means.
///
/// Each returns how many gateways took it, and throws as `perform` does. A client that is gone is no error.
extension GatewayClient {
    /// Sends a message.
    ///
    /// - Parameters:
    ///   - message: A text or binary message; it is framed once, however many receive it.
    ///   - target: Who receives it. A uid nobody is bound to, or a client that is gone, is no error.
    /// - Returns: How many gateways took it.
    /// - Throws: `invalidArgument`, `unknownGateway`, `stopped`, or `unreachable` when not one gateway was reached.
    @discardableResult
    public func send(_ message: Message, to target: Target) async throws(GatewayError) -> Delivery {
        try await perform(.send(message, to: target))
    }

    /// Sends a text message.
    @discardableResult
    public func send(_ text: String, to target: Target) async throws(GatewayError) -> Delivery {
        try await send(.text(text), to: target)
    }

    /// Ends the binding of a socket, whatever uid it was bound to; without one nothing happens.
    @discardableResult
    public func unbind(_ client: ClientID) async throws(GatewayError) -> Delivery {
        try await perform(.unbind(client))
    }

    /// Sends a last message, if there is one, and closes a socket (1000) once that has gone out.
    @discardableResult
    public func close(_ client: ClientID, last: Message? = nil) async throws(GatewayError) -> Delivery {
        try await perform(.close(client, last: last))
    }

    /// Cuts a connection; what waits for it is lost.
    @discardableResult
    public func destroy(_ client: ClientID) async throws(GatewayError) -> Delivery {
        try await perform(.destroy(client))
    }

    /// Puts a socket into a group, which comes about with its first; one that is in it stays where it is.
    @discardableResult
    public func join(_ client: ClientID, group: String) async throws(GatewayError) -> Delivery {
        try await perform(.join(client, group: group))
    }

    /// Takes a socket out of a group, which vanishes with its last.
    @discardableResult
    public func leave(_ client: ClientID, group: String) async throws(GatewayError) -> Delivery {
        try await perform(.leave(client, group: group))
    }

    /// Takes every socket out of a group, on every gateway.
    @discardableResult
    public func dissolve(group: String) async throws(GatewayError) -> Delivery {
        try await perform(.dissolve(group: group))
    }

    /// Replaces the session of a socket; an empty one ends it.
    ///
    /// ```swift
    /// try await client.setSession(["name": "Ada", "visits": 1], of: clientID)
    /// ```
    @discardableResult
    public func setSession(_ session: ClientSession, of client: ClientID) async throws(GatewayError) -> Delivery {
        try await perform(.setSession(client, session))
    }

    /// Changes the session of a socket as PHP's `array_replace_recursive` does, in one step at its gateway.
    ///
    /// Keys that are there keep their place, new ones are appended; where both values are arrays, so it goes on within.
    /// Where the session is no array written by PHP, nothing happens.
    @discardableResult
    public func mergeSession(_ change: PHPArray, of client: ClientID) async throws(GatewayError) -> Delivery {
        try await perform(.mergeSession(client, change))
    }
}
