extension OpenAPI {
    /// Every operation, in the order of the document.
    static let operations: [Operation] = conversations + messages + replies + sockets + others

    private static let conversations = [
        Operation(
            method: "GET",
            path: "/api/chat/conversations",
            id: "listConversations",
            summary: "The user's conversations, the one asked in last first.",
            parameters: [text("cursor", 256, "The next_cursor of the page before."), limit],
            success: .json("ConversationPage", "A page of them."),
            errors: [422]
        ),
        Operation(
            method: "GET",
            path: "/api/chat/conversations/{id}",
            id: "readConversation",
            summary: "One conversation, with what it cost so far.",
            success: .json("Conversation", "The conversation."),
            errors: [404]
        ),
        Operation(
            method: "PATCH",
            path: "/api/chat/conversations/{id}",
            id: "changeConversation",
            summary: "Changes what is named; null gives system_prompt, model and thinking back to the host.",
            body: "ConversationChange",
            success: .json("Conversation", "The conversation as it is now."),
            errors: [404]
        ),
        Operation(
            method: "DELETE",
            path: "/api/chat/conversations/{id}",
            id: "deleteConversation",
            summary: "Removes a conversation with everything in it; running answers end.",
            success: Success(status: 204, description: "It is gone."),
            errors: [404]
        ),
        Operation(
            method: "GET",
            path: "/api/chat/conversations/{id}/messages",
            id: "listMessages",
            summary: "A part of one branch of the conversation, oldest first.",
            parameters: [
                text("through", 64, "Any message of the branch; without it, the message that was stored last."),
                text("before", 64, "A message: the page ends just above it on its own branch."), limit,
            ],
            success: .json("MessagePage", "The messages with their answers."),
            errors: [404, 422]
        ),
        Operation(
            method: "GET",
            path: "/api/chat/conversations/{id}/export",
            id: "exportConversation",
            summary: "The conversation as a file: one branch as Markdown, or everything as JSON.",
            parameters: [
                Parameter(
                    name: "format",
                    schema: { _ in ["type": "string", "enum": ["markdown", "json"], "default": "markdown"] },
                    description: "How it is written."
                ),
                text("through", 64, "Of Markdown: any message of the branch; without it, the newest."),
            ],
            success: Success(
                status: 200,
                content: ["text/markdown": ["type": "string"], "application/json": reference("Export")],
                description: "The file, under the name in Content-Disposition."
            ),
            errors: [404, 422]
        ),
    ]

    private static let messages = [
        Operation(
            method: "POST",
            path: "/api/chat/send",
            id: "send",
            summary: "Stores a question and has it answered.",
            body: "NewMessage",
            success: .json("Accepted", status: 202, "It is stored, and the answer comes over the socket or the log."),
            errors: [404, 409, 429]
        ),
        Operation(
            method: "POST",
            path: "/api/chat/messages/{id}/edit",
            id: "editMessage",
            summary: "Stores another version of a question, with an answer and a branch of its own.",
            body: "EditedMessage",
            success: .json("Accepted", status: 202, "It is stored, and the answer comes over the socket or the log."),
            errors: [404, 409, 429]
        ),
        Operation(
            method: "DELETE",
            path: "/api/chat/messages/{id}",
            id: "deleteMessage",
            summary: "Removes a question with its answers; with everything below it if it has other versions.",
            success: .json("Deleted", "The messages that are gone."),
            errors: [404]
        ),
    ]

    private static let replies = [
        Operation(
            method: "GET",
            path: "/api/chat/replies/{id}/log",
            id: "readLog",
            summary: "What follows a number in a reply's log; with Accept: text/event-stream live, until the end.",
            parameters: [
                Parameter(
                    name: "after",
                    schema: { _ in ["type": "integer", "minimum": 0, "default": 0] },
                    description: "The last number that is known."
                ),
                Parameter(
                    name: "Last-Event-ID",
                    place: "header",
                    schema: { _ in ["type": "string"] },
                    description: "Of a stream: the number known last, stronger than after."
                ),
            ],
            success: Success(
                status: 200,
                content: ["application/json": reference("Log"), "text/event-stream": ["type": "string"]],
                description: "The rows, to be applied in order."
            ),
            errors: [404, 422, 429]
        ),
        Operation(
            method: "POST",
            path: "/api/chat/replies/{id}/stop",
            id: "stopReply",
            summary: "Ends an answer with the text that it has by now.",
            success: .json("Stopped", "Where it ended."),
            errors: [404, 409]
        ),
        Operation(
            method: "POST",
            path: "/api/chat/replies/{id}/regenerate",
            id: "regenerateReply",
            summary: "Has the same question answered once more, by the same model.",
            success: .json("Accepted", status: 202, "Another answer waits for the model."),
            errors: [404, 409, 429]
        ),
    ]

    private static let sockets = [
        Operation(
            method: "POST",
            path: "/api/chat/bind",
            id: "bindSocket",
            summary: "Ties a WebSocket to the signed-in user.",
            body: "Bind",
            success: .json("Bound", "The user, and where his running answers are."),
            errors: [403, 409, 503]
        ),
        Operation(
            method: "POST",
            path: "/api/chat/unbind",
            id: "unbindSocket",
            summary: "Unties a WebSocket that is bound to the signed-in user.",
            body: "Unbind",
            success: Success(status: 204, description: "It is nobody's now."),
            errors: [409, 503]
        ),
    ]

    private static let others = [
        Operation(
            method: "GET",
            path: "/api/chat/usage",
            id: "readUsage",
            summary: "What the user's answers cost, by day (UTC).",
            parameters: [
                Parameter(
                    name: "days",
                    schema: { _ in ["type": "integer", "minimum": 1, "maximum": 366, "default": 30] },
                    description: "How many days back, today included."
                )
            ],
            success: .json("Usage", "The days on which there was any, oldest first."),
            errors: [422]
        ),
        Operation(
            method: "GET",
            path: "/api/chat/config",
            id: "readConfiguration",
            summary: "What a front end must know before anybody is signed in.",
            isSigned: false,
            success: .json("Configuration", "The configuration.")
        ),
        Operation(
            method: "POST",
            path: "/api/dev/sign-in",
            id: "signIn",
            summary: "A token for any name, for a browser on the host's own machine, where that is enabled.",
            isSigned: false,
            parameters: [
                Parameter(
                    name: "Origin",
                    place: "header",
                    schema: { _ in ["type": "string", "examples": ["http://localhost:8080"]] },
                    description: "The page's: only one of this machine is served."
                )
            ],
            body: "SignIn",
            success: .json("SignedIn", "The token."),
            errors: [404]
        ),
        Operation(
            method: "GET",
            path: "/openapi.json",
            id: "describe",
            summary: "This document.",
            isSigned: false,
            success: Success(status: 200, content: ["application/json": ["type": "object"]], description: "It.")
        ),
        Operation(
            method: "GET",
            path: "/healthz",
            id: "health",
            summary: "Whether the API is alive.",
            isSigned: false,
            success: .json("Health", "It is.")
        ),
    ]

    private static let limit = Parameter(
        name: "limit",
        schema: { ["type": "integer", "minimum": 1, "maximum": .integer($0.pageSize), "default": 50] },
        description: "The longest page."
    )

    private static func text(_ name: String, _ length: Int, _ description: String) -> Parameter {
        Parameter(
            name: name,
            schema: { _ in ["type": "string", "minLength": 1, "maxLength": .integer(length)] },
            description: description
        )
    }
}
