/// The API's description of itself (OpenAPI 3.1), served at `/openapi.json`.
///
/// A test compares it with `Route`, and real answers with its schemas.
package enum OpenAPI {
    /// The whole document.
    package static func document(_ configuration: ChatAPI.Configuration) -> JSON {
        var paths: [String] = []
        for operation in operations where !paths.contains(operation.path) { paths.append(operation.path) }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Hawk chat API",
                "version": "1",
                "description": """
                Conversations with a model. Answers come over a WebSocket or as server-sent events; see \
                docs/chat-api.md for what is pushed. Every answer carries X-Request-Id. What belongs to another user \
                is not found.
                """,
            ],
            "servers": [["url": .string(configuration.pathPrefix.isEmpty ? "/" : configuration.pathPrefix)]],
            "security": [["token": []]],
            "paths": .object(
                paths.map { path in
                    .init(
                        name: path,
                        value: .object(
                            operations.filter { $0.path == path }.map {
                                .init(name: $0.method.lowercased(), value: $0.json(configuration.limits))
                            }
                        )
                    )
                }
            ),
            "components": [
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"]],
                "schemas": schemas(configuration),
            ],
        ]
    }

    /// One method of one path.
    struct Operation: Sendable {
        let method: String
        let path: String
        let id: String
        let summary: String
        /// Whether it needs a token.
        var isSigned = true
        var parameters: [Parameter] = []
        /// The name of the schema of its body; nil for none.
        var body: String?
        let success: Success
        /// The statuses of its errors, without those of every operation.
        var errors: [Int] = []
    }

    /// A parameter beside the path's `{id}`.
    struct Parameter: Sendable {
        let name: String
        var place = "query"
        let schema: @Sendable (ChatAPI.Limits) -> JSON
        let description: String
    }

    /// What is answered when all goes well.
    struct Success: Sendable {
        let status: Int
        /// The schemas by media type; none without a body.
        var content: KeyValuePairs<String, JSON> = [:]
        let description: String

        static func json(_ schema: String, status: Int = 200, _ description: String) -> Self {
            Self(status: status, content: ["application/json": OpenAPI.reference(schema)], description: description)
        }
    }

    static func reference(_ schema: String) -> JSON { ["$ref": .string("#/components/schemas/\(schema)")] }

    /// What each status of an error means.
    static let meanings: KeyValuePairs<Int, String> = [
        400: "The request is malformed: `bad_host`, `malformed_json`, `json_too_deep`, `bad_request`.",
        401:
            "Nobody is signed in: `token_missing`, `token_invalid`, `token_expired`, `token_not_yet_valid`, `token_foreign`.",
        403: "`proof_invalid`: the proof is not that of this client_id.",
        404: "`not_found`: there is no such thing, or it is another user's.",
        405: "`method_not_allowed`: Allow names the methods of this path.",
        408: "`timeout`: the request did not arrive in time.",
        409: "What is asked does not fit what is there; the code says why.",
        413: "`body_too_large`.",
        414: "`uri_too_long`.",
        415: "`unsupported_media_type`: the body must be application/json.",
        417: "`expectation_failed`: an Expect other than 100-continue.",
        422: "`invalid_fields`: details has every field that is wrong.",
        429: "Too much at once: `rate_limited`, `too_many_replies`, `too_many_streams`.",
        431: "`headers_too_large`.",
        500: "`internal`: something broke; it was logged under X-Request-Id.",
        503: "`gateway_unavailable`: try again with the same socket.",
    ]

    /// What any operation may be answered with.
    private static let commonErrors = [400, 405, 408, 413, 414, 417, 431, 500]
}

extension OpenAPI.Operation {
    func json(_ limits: ChatAPI.Limits) -> JSON {
        var members: [JSON.Member] = [
            .init(name: "operationId", value: .string(id)),
            .init(name: "summary", value: .string(summary)),
        ]
        if !isSigned { members.append(.init(name: "security", value: [])) }
        let all = (path.contains("{id}") ? [Self.identifier] : []) + parameters.map { $0.json(limits) }
        if !all.isEmpty { members.append(.init(name: "parameters", value: .array(all))) }
        if let body {
            members.append(
                .init(
                    name: "requestBody",
                    value: ["required": true, "content": ["application/json": ["schema": OpenAPI.reference(body)]]]
                )
            )
        }
        return .object(members + [.init(name: "responses", value: responses)])
    }

    private var responses: JSON {
        let statuses = Set(OpenAPI.commonErrors + errors + (isSigned ? [401] : []) + (body == nil ? [] : [415, 422]))
        let failures = OpenAPI.meanings.filter { statuses.contains($0.key) }.map { status, meaning in
            JSON.Member(name: "\(status)", value: Self.failure(status, meaning))
        }
        return .object([.init(name: "\(success.status)", value: success.json)] + failures)
    }

    private static func failure(_ status: Int, _ meaning: String) -> JSON {
        var members: [JSON.Member] = [
            .init(name: "description", value: .string(meaning)),
            .init(name: "content", value: ["application/json": ["schema": OpenAPI.reference("Error")]]),
        ]
        let header: (name: String, description: String, type: String)? =
            switch status {
            case 401: ("WWW-Authenticate", "The scheme, and what is wrong with the token.", "string")
            case 405: ("Allow", "The methods of this path.", "string")
            case 429, 503: ("Retry-After", "After how many seconds to try again.", "integer")
            default: nil
            }
        if let header {
            let value: JSON = [
                "description": .string(header.description), "required": true,
                "schema": ["type": .string(header.type)],
            ]
            members.append(.init(name: "headers", value: .object([.init(name: header.name, value: value)])))
        }
        return .object(members)
    }

    private static let identifier: JSON = [
        "name": "id", "in": "path", "required": true,
        "schema": ["type": "string", "pattern": "^[0-9A-Za-z_-]{1,64}$"],
    ]
}

extension OpenAPI.Parameter {
    func json(_ limits: ChatAPI.Limits) -> JSON {
        [
            "name": .string(name), "in": .string(place), "required": false, "description": .string(description),
            "schema": schema(limits),
        ]
    }
}

extension OpenAPI.Success {
    fileprivate var json: JSON {
        var members: [JSON.Member] = [.init(name: "description", value: .string(description))]
        if !content.isEmpty {
            let types = content.map { JSON.Member(name: $0.key, value: ["schema": $0.value]) }
            members.append(.init(name: "content", value: .object(types)))
        }
        return .object(members)
    }
}
