import ChatAPIKit
import Testing

/// `/openapi.json` against the routes and against real answers.
@Suite struct APIDescriptionTests {
    let fixture: StoreFixture
    let api: APIFixture<SQLiteChatStore>

    init() throws {
        fixture = try StoreFixture()
        api = try APIFixture(fixture.store) { $0.models = ["small"] }
    }

    @Test func `every route is described, and nothing else is`() async throws {
        let described = Set(
            await document()["paths"]?.members.flatMap { path in
                path.value.members.map { "\($0.name.uppercased()) \(path.name)" }
            } ?? []
        )
        #expect(described == Set(Route.table.map { "\($0.method) \($0.path)" }))
    }

    @Test func `names are given once and every reference leads somewhere`() async throws {
        let document = await document()
        let operations = document["paths"]?.members.flatMap { $0.value.members.map(\.value) } ?? []
        let ids = operations.compactMap { $0["operationId"]?.text }
        #expect(Set(ids).count == Route.table.count && ids.count == Route.table.count)
        let schemas = Set(document["components"]?["schemas"]?.members.map(\.name) ?? [])
        let references = Set(
            document.serialized.split(separator: "#/components/schemas/").dropFirst().map {
                String($0.prefix { $0 != "\"" })
            }
        )
        #expect(references == schemas)
    }

    @Test func `real answers are as described`() async throws {
        let sky = try await fixture.answered("sky?", by: "blue")
        let (conversation, reply) = (sky.conversation.id, sky.reply.id)
        let failed = try await fixture.send("sea?", in: conversation)
        _ = try await fixture.store.fail(reply: failed.reply.id, attempt: nil, code: .busy)
        let proof = api.proof("7f00000123280000000a")
        let bind = #"{"client_id":"7f00000123280000000a","proof":"\#(proof)"}"#
        let of = "/api/chat/conversations/\(conversation)"
        for (method, path, template, body, status) in [
            ("GET", "/healthz", nil, nil, 200), ("GET", "/openapi.json", nil, nil, 200),
            ("GET", "/api/chat/config", nil, nil, 200), ("GET", "/api/chat/conversations", nil, nil, 200),
            ("GET", "/api/chat/conversations?cursor=x", "/api/chat/conversations", nil, 422),
            ("GET", of, "/api/chat/conversations/{id}", nil, 200),
            ("PATCH", of, "/api/chat/conversations/{id}", #"{"title":"Sky","model":"small","thinking":true}"#, 200),
            ("PATCH", of, "/api/chat/conversations/{id}", "{}", 422),
            ("GET", "\(of)/messages", "/api/chat/conversations/{id}/messages", nil, 200),
            ("GET", "\(of)/export?format=json", "/api/chat/conversations/{id}/export", nil, 200),
            ("GET", "/api/chat/replies/\(reply)/log", "/api/chat/replies/{id}/log", nil, 200),
            ("POST", "/api/chat/replies/\(reply)/stop", "/api/chat/replies/{id}/stop", nil, 409),
            ("POST", "/api/chat/replies/\(reply)/regenerate", "/api/chat/replies/{id}/regenerate", nil, 202),
            ("POST", "/api/chat/replies/\(reply)/regenerate", "/api/chat/replies/{id}/regenerate", nil, 409),
            ("POST", "/api/chat/replies/none/stop", "/api/chat/replies/{id}/stop", nil, 404),
            ("POST", "/api/chat/send", nil, #"{"content":"why?"}"#, 202),
            ("POST", "/api/chat/send", nil, #"{"content":""}"#, 422), ("POST", "/api/chat/send", nil, "x", 400),
            ("POST", "/api/chat/bind", nil, bind, 200), ("POST", "/api/chat/unbind", nil, bind, 204),
            (
                "POST", "/api/chat/messages/\(sky.message.id)/edit", "/api/chat/messages/{id}/edit",
                #"{"content":"x"}"#, 202
            ),
            ("GET", "/api/chat/usage", nil, nil, 200), ("GET", "/api/chat/send", nil, nil, 405),
            ("POST", "/api/dev/sign-in", nil, #"{"name":"x"}"#, 404),
            ("DELETE", "/api/chat/messages/\(failed.message.id)", "/api/chat/messages/{id}", nil, 200),
            ("DELETE", of, "/api/chat/conversations/{id}", nil, 204),
        ] as [(String, String, String?, String?, Int)] {
            let answer = await api.send(method, path, body, as: "ann")
            #expect(answer.status == status, "\(method) \(path)")
            try await check(answer, template ?? path, method)
        }
        let stranger = await api.send("GET", "/api/chat/usage", as: nil)
        #expect(stranger.status == 401)
        try await check(stranger, "/api/chat/usage", "GET")
    }

    @Test func `a stop of a running reply is as described`() async throws {
        let sent = try await fixture.send()
        let answer = await api.send("POST", "/api/chat/replies/\(sent.reply.id)/stop", as: "ann")
        #expect(answer.status == 200)
        try await check(answer, "/api/chat/replies/{id}/stop", "POST")
    }

    private func document() async -> JSON { await api.send("GET", "/openapi.json", as: nil).json }

    /// Status, media type, headers and body of an answer against the document.
    private func check(_ answer: ChatResponse, _ path: String, _ method: String) async throws {
        let document = await document()
        let name = "\(method) \(path) \(answer.status)"
        // 405 stands with the methods that there are.
        let operations = document["paths"]?[path]
        let operation = operations?[method.lowercased()] ?? operations?.members.first?.value
        let described = try #require(operation?["responses"]?["\(answer.status)"], "\(name) is not described")
        for header in described["headers"]?.members ?? [] { #expect(answer.header(header.name) != nil, "\(name)") }
        let text = await answer.text
        guard let content = described["content"] else {
            #expect(text.isEmpty, "\(name)")
            return
        }
        let type = String((answer.header("content-type") ?? "").prefix { $0 != ";" })
        let schema = try #require(content[type]?["schema"], "\(name) \(type)")
        let json = try JSON(parsing: Array(text.utf8), maximumBytes: .max)
        #expect(SchemaCheck(document: document).problems(of: json, schema) == [], "\(name)")
    }
}
