extension ChatAPI {
    /// GET config: what a front end must know before anybody is signed in.
    func describeConfiguration(_ request: ChatRequest, _ host: HostHeader) -> ChatResponse {
        let limits = configuration.limits
        return ChatResponse(
            200,
            [
                "gateway_url": .string(gatewayURL(request, host)),
                "sign_in": [
                    "development": .bool(configuration.developmentSignIn != nil),
                    "token_url": .string(configuration.tokenURL),
                ],
                "limits": [
                    "content_bytes": .integer(limits.contentBytes),
                    "idempotency_key_bytes": .integer(limits.idempotencyKeyBytes),
                    "title_bytes": .integer(limits.titleBytes),
                    "system_prompt_bytes": .integer(limits.systemPromptBytes),
                    "page_size": .integer(limits.pageSize),
                    "sends_per_minute": .integer(limits.sendsPerMinute),
                    "running_replies": .integer(limits.runningReplies),
                ],
                "models": .array(configuration.models.map { .string($0) }),
                "simulated": .bool(configuration.isModelSimulated),
            ]
        )
    }

    /// Where the page's socket goes: as configured, or the host that the page came from and the gateway's port.
    func gatewayURL(_ request: ChatRequest, _ host: HostHeader) -> String {
        configuration.gatewayURL
            ?? "\(request.isSecure ? "wss" : "ws")://\(host.host):\(configuration.gatewayPort)"
    }
}
