extension OpenAPI {
    /// Every schema, by name.
    static func schemas(_ configuration: ChatAPI.Configuration) -> JSON {
        let all: KeyValuePairs<String, JSON> = [
            "Error": object(["error": object(["code": text, "message": text, "details": [:]])]),
            "Conversation": conversation,
            "ConversationPage": object(["conversations": list("Conversation"), "next_cursor": optional("string")]),
            "ConversationChange": conversationChange(configuration.limits),
            "Message": message,
            "MessagePage": object(["messages": list("Message"), "has_more": bool]),
            "Export": object(["conversation": reference("Conversation"), "messages": list("Message")]),
            "Reply": reply,
            "Tokens": tokens([]),
            "UsageTotal": tokens([("replies", count)]),
            "UsageDay": tokens([("day", ["type": "string", "format": "date"]), ("replies", count)]),
            "Usage": object(["days": list("UsageDay"), "total": reference("UsageTotal")]),
            "NewMessage": newMessage(configuration, isEdit: false),
            "EditedMessage": newMessage(configuration, isEdit: true),
            "Accepted": object(["conversation_id": text, "message_id": text, "reply_id": text]),
            "Deleted": object(["deleted": ["type": "array", "items": text]]),
            "LogRow": object([
                "seq": count, "attempt": count, "kind": oneOf(LogKind.allCases.map(\.rawValue)), "text": text,
            ]),
            "Log": object(["rows": list("LogRow"), "state": state, "attempt": count, "last_seq": count]),
            "Stopped": object(["reply_id": text, "state": state, "attempt": count, "last_seq": count]),
            "Position": object([
                "reply_id": text, "message_id": text, "conversation_id": text, "state": state, "attempt": count,
                "last_seq": count,
            ]),
            "Bind": object(
                ["client_id": clientID, "proof": ["type": "string", "maxLength": 128]],
                optional: ["proof"]
            ),
            "Bound": object(["uid": text, "replies": list("Position")]),
            "Unbind": object(["client_id": clientID]),
            "SignIn": object(["name": bounded(64)]),
            "SignedIn": object(["token": text, "uid": text]),
            "Health": object(["status": oneOf(["ok"])]),
            "Configuration": configurationSchema,
        ]
        return .object(all.map { .init(name: $0.key, value: $0.value) })
    }

    private static let conversation = object([
        "id": text, "title": text, "system_prompt": optional("string"), "model": optional("string"),
        "thinking": optional("boolean"), "usage": reference("UsageTotal"), "created_at": time, "updated_at": time,
    ])

    private static let message = object([
        "id": text, "parent_id": optional("string"), "versions": ["type": "array", "items": text],
        "role": oneOf(["user"]), "content": text, "idempotency_key": optional("string"), "created_at": time,
        "replies": list("Reply"),
    ])

    private static let reply = object([
        "id": text, "state": state, "attempt": count, "last_seq": count, "content": text, "reasoning": text,
        "finish_reason": optional("string"), "usage": orNull(reference("Tokens")),
        "error": orNull(object(["code": text, "message": text, "retryable": bool])), "created_at": time,
        "ended_at": ["type": ["integer", "null"]],
    ])

    private static let configurationSchema = object([
        "gateway_url": text,
        "sign_in": object(["development": bool, "token_url": optional("string")]),
        "limits": object([
            "content_bytes": count, "idempotency_key_bytes": count, "title_bytes": count, "system_prompt_bytes": count,
            "page_size": count, "sends_per_minute": count, "running_replies": count,
        ]),
        "models": ["type": "array", "items": text],
        "simulated": bool,
    ])

    private static func conversationChange(_ limits: ChatAPI.Limits) -> JSON {
        object(
            [
                "title": bounded(limits.titleBytes), "system_prompt": boundedOrNull(limits.systemPromptBytes),
                "model": boundedOrNull(limits.modelBytes), "thinking": optional("boolean"),
            ],
            optional: ["title", "system_prompt", "model", "thinking"]
        )
    }

    private static func newMessage(_ configuration: ChatAPI.Configuration, isEdit: Bool) -> JSON {
        let limits = configuration.limits
        var members: [(String, JSON)] = [
            ("content", bounded(limits.contentBytes)), ("idempotency_key", boundedOrNull(limits.idempotencyKeyBytes)),
            ("model", ["enum": .array(configuration.models.map { .string($0) } + [.null])]),
            ("thinking", optional("boolean")),
        ]
        if !isEdit { members += [("conversation_id", boundedOrNull(64)), ("parent_id", boundedOrNull(64))] }
        return object(members, optional: Set(members.map(\.0)).subtracting(["content"]))
    }

    private static func tokens(_ first: [(String, JSON)]) -> JSON {
        object(
            first
                + ["prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens"].map { ($0, count) },
            optional: []
        )
    }

    // MARK: Small ones

    private static let text: JSON = ["type": "string"]
    private static let bool: JSON = ["type": "boolean"]
    private static let count: JSON = ["type": "integer", "minimum": 0]
    private static let time: JSON = ["type": "integer", "description": "Milliseconds since 1970."]
    private static let state = oneOf(ReplyState.allCases.map(\.rawValue))
    private static let clientID: JSON = ["type": "string", "pattern": "^[0-9a-f]{20}$"]

    private static func oneOf(_ values: [String]) -> JSON {
        ["type": "string", "enum": .array(values.map { .string($0) })]
    }

    private static func optional(_ type: String) -> JSON { ["type": [.string(type), "null"]] }

    private static func orNull(_ schema: JSON) -> JSON { ["anyOf": [schema, ["type": "null"]]] }

    private static func list(_ schema: String) -> JSON { ["type": "array", "items": reference(schema)] }

    /// A text of at most so many bytes of UTF-8, which are at least as many as characters.
    private static func bounded(_ bytes: Int) -> JSON {
        ["type": "string", "minLength": 1, "maxLength": .integer(bytes)]
    }

    private static func boundedOrNull(_ bytes: Int) -> JSON {
        ["type": ["string", "null"], "minLength": 1, "maxLength": .integer(bytes)]
    }

    private static func object(_ members: KeyValuePairs<String, JSON>, optional: Set<String> = []) -> JSON {
        object(members.map { ($0.key, $0.value) }, optional: optional)
    }

    private static func object(_ members: [(String, JSON)], optional: Set<String>) -> JSON {
        [
            "type": "object",
            "properties": .object(members.map { .init(name: $0.0, value: $0.1) }),
            "required": .array(members.map(\.0).filter { !optional.contains($0) }.map { .string($0) }),
        ]
    }
}
