import ChatAPIKit
import PlatformCore
import SQLiteCore
import TestSupport
import Testing

/// What nobody means well with, against a real store.
@Suite struct APIHostileTests {
    let fixture: StoreFixture
    let api: APIFixture<SQLiteChatStore>

    static let texts = [
        "'; DROP TABLE conversations; --", "\" OR \"1\"=\"1", "x' UNION SELECT content FROM messages --",
        "%' OR 1=1; /*",
        "../../../etc/passwd", "..\\..\\windows\\system32", "/dev/zero", "%2e%2e%2f", "file:///etc/passwd",
        "<script>alert(1)</script>", "{{7*7}}${7*7}", "$(id)`id`", "\u{202E}gpj.exe", "\u{FEFF}\u{200B}x",
        "a\r\nSet-Cookie: b=c",
        String(repeating: "\u{301}", count: 60), "👩‍👩‍👧‍👦", "null", "undefined", "NaN", "-1", "1e400", "0x10",
    ]

    init() throws {
        fixture = try StoreFixture()
        api = try APIFixture(fixture.store) {
            $0.limits.sendsPerMinute = 0
            $0.limits.runningReplies = 0
            $0.models = ["small"]
        }
    }

    @Test(arguments: texts)
    func `a hostile text in any field of a body is stored as it is, or told to be wrong`(text: String) async throws {
        let mine = try await fixture.answered("mine", by: "too")
        let others = try await fixture.answered("other", by: "too", uid: "bob")
        let value = JSON.string(text).serialized
        let conversation = "/api/chat/conversations/\(mine.conversation.id)"
        for (method, path, fields) in [
            (
                "POST", "/api/chat/send",
                ["content", "conversation_id", "parent_id", "idempotency_key", "model", "thinking"]
            ),
            (
                "POST", "/api/chat/messages/\(mine.message.id)/edit",
                ["content", "idempotency_key", "model", "thinking"]
            ),
            ("PATCH", conversation, ["title", "system_prompt", "model", "thinking"]),
            ("POST", "/api/chat/bind", ["client_id", "proof"]), ("POST", "/api/chat/unbind", ["client_id"]),
        ] {
            for field in fields {
                let rest = field == "content" || method == "PATCH" || path.hasSuffix("bind") ? "" : #","content":"x""#
                let answer = await api.send(method, path, "{\"\(field)\":\(value)\(rest)}", as: "ann")
                #expect([200, 202, 404, 409, 422].contains(answer.status), "\(path) \(field): \(answer.error)")
            }
        }
        let named = await api.send("PATCH", conversation, "{\"title\":\"x\",\(value):\(value)}", as: "ann")
        #expect(named.status == 200)
        try await isUntouched(others)
        let export = await api.send("GET", "\(conversation)/export", as: "ann")
        #expect(export.header("Content-Disposition")?.utf8.allSatisfy { (0x20..<0x7F).contains($0) } == true)
    }

    @Test(arguments: texts)
    func `a hostile text in a path or a query finds nothing and breaks nothing`(text: String) async throws {
        let others = try await fixture.answered("other", by: "too", uid: "bob")
        let mine = try await fixture.answered("mine", by: "too")
        for path in [
            "/api/chat/conversations/\(text)", "/api/chat/conversations/\(text)/messages",
            "/api/chat/conversations/\(text)/export", "/api/chat/replies/\(text)/log", "/\(text)", text,
        ] {
            let request = ChatRequest(method: "GET", path: path, headers: headers("ann"))
            #expect([400, 404].contains(await api.api.respond(to: request).status), "\(path)")
        }
        let id = mine.conversation.id
        for (path, names) in [
            ("/api/chat/conversations", ["cursor", "limit"]),
            ("/api/chat/conversations/\(id)/messages", ["through", "before"]),
            ("/api/chat/conversations/\(id)/export", ["format", "through"]), ("/api/chat/usage", ["days"]),
            ("/api/chat/replies/\(mine.reply.id)/log", ["after"]),
        ] {
            for name in names {
                for query in ["\(name)=\(text)", "\(name)=\(Self.escaped(text))"] {
                    var request = ChatRequest(method: "GET", path: path, query: query, headers: headers("ann"))
                    request.peerAddress = "127.0.0.1:1"
                    #expect([200, 422].contains(await api.api.respond(to: request).status), "\(path)?\(query)")
                }
            }
        }
        try await isUntouched(others)
    }

    @Test func `another user's ids are not found, whatever is done with them`() async throws {
        let others = try await fixture.answered("other", by: "too", uid: "bob")
        let ids = ["conversations": others.conversation.id, "messages": others.message.id, "replies": others.reply.id]
        for entry in Route.table where entry.path.contains("{id}") {
            let kind = String(entry.path.split(separator: "/")[2])
            let path = entry.path.split(separator: "{id}").joined(separator: try #require(ids[kind]))
            let whole = entry.path.hasSuffix("{id}") ? path + (ids[kind] ?? "") : path
            let body =
                entry.method == "PATCH" ? #"{"title":"x"}"# : entry.path.hasSuffix("edit") ? #"{"content":"x"}"# : nil
            #expect(await api.send(entry.method, whole, body, as: "ann").error == "404 not_found", "\(whole)")
        }
        for body in [
            #"{"content":"x","conversation_id":"\#(others.conversation.id)"}"#,
            #"{"content":"x","conversation_id":"\#(others.conversation.id)","parent_id":"\#(others.message.id)"}"#,
        ] {
            #expect(await api.send("POST", "/api/chat/send", body, as: "ann").error == "404 not_found")
        }
        try await isUntouched(others)
    }

    @Test func `JSON of any shape is an answer of the 400s`() async throws {
        let deep = String(repeating: #"{"a":["#, count: 2_000) + String(repeating: "]}", count: 2_000)
        for body in [
            deep, #"{"content":\#(deep)}"#, #"{"content":[]}"#, #"{"content":{}}"#, #"{"content":1}"#,
            #"{"content":true}"#,
            #"{"content":null}"#, "null", "[]", "1", "\"x\"", "{", #"{"content":"\ud800"}"#, #"{"content":"\u0000"}"#,
            #"{"content":1e999}"#, "{\"content\":\"\u{0}\"}", #"{"content":"x","content":}"#, "\u{FEFF}{}",
        ] {
            let answer = await api.send("POST", "/api/chat/send", body, as: "ann")
            #expect((400..<500).contains(answer.status), "\(body.prefix(40)): \(answer.status)")
        }
        let invalid = ChatRequest(
            method: "POST",
            path: "/api/chat/send",
            headers: headers("ann") + [(name: "Content-Type", value: "application/json")],
            body: [0x7B, 0x22, 0xC3, 0x28, 0x22, 0x3A, 0x31, 0x7D]
        )
        #expect(await api.api.respond(to: invalid).error == "400 malformed_json")
    }

    private func headers(_ uid: String) -> [(name: String, value: String)] {
        let token = api.signer.makeToken(uid: uid, lifetime: .seconds(60))
        return [(name: "Host", value: "chat.example"), (name: "Authorization", value: "Bearer \(token)")]
    }

    /// What belongs to the other user is as it was, nothing was answered with 500, and the file is sound.
    private func isUntouched(_ sent: SentMessage) async throws {
        let found = try await fixture.store.messages(
            conversation: sent.conversation.id,
            uid: "bob",
            through: nil,
            before: nil,
            limit: 9
        )
        #expect(found?.messages.map(\.content) == ["other"])
        #expect(try await fixture.store.conversation(sent.conversation.id, uid: "bob")?.title == "other")
        #expect(api.events.withLock { !$0.contains("request failed") })
        #expect(try DatabaseFile(fixture.directory.file("chat.sqlite")).check().problems == [])
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
