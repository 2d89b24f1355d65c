import ChatAPIKit
import PlatformCore
import TestSupport
import Testing

/// The API over the real store: what one request stores, the next one finds, and nobody else does.
struct APIStoreTests {
    private let directory = TemporaryDirectory()
    private let api: APIFixture<SQLiteChatStore>

    init() throws {
        api = try APIFixture(SQLiteChatStore(path: directory.file("chat.sqlite"))) { $0.limits.runningReplies = 0 }
    }

    @Test func `a question makes a conversation that is listed, read, renamed and deleted`() async throws {
        let sent = try await ask("Why is the sky blue?")
        #expect(
            await api.send("GET", "/api/chat/conversations").json["conversations"]?[0]?["id"]?.text == sent.conversation
        )
        let path = "/api/chat/conversations/\(sent.conversation)"
        #expect(await api.send("GET", path).json["title"]?.text == "Why is the sky blue?")
        #expect(await api.send("PATCH", path, #"{"title":"Sky"}"#).status == 200)
        #expect(await api.send("GET", path).json["title"]?.text == "Sky")

        let message = await api.send("GET", "\(path)/messages").json["messages"]?[0]
        #expect(message?["id"]?.text == sent.message)
        #expect(message?["content"]?.text == "Why is the sky blue?")
        #expect(message?["replies"]?[0]?["id"]?.text == sent.reply)
        #expect(message?["replies"]?[0]?["state"]?.text == "queued")

        #expect(await api.send("DELETE", path).status == 204)
        #expect(await api.send("GET", path).error == "404 not_found")
        #expect(await api.send("GET", "/api/chat/replies/\(sent.reply)/log").error == "404 not_found")
    }

    @Test func `another user finds nothing of it, and changes nothing`() async throws {
        let sent = try await ask("Why?")
        let conversation = "/api/chat/conversations/\(sent.conversation)"
        let reply = "/api/chat/replies/\(sent.reply)"
        let tries: [(String, String, String?)] = [
            ("GET", conversation, nil), ("PATCH", conversation, #"{"title":"x"}"#), ("DELETE", conversation, nil),
            ("GET", "\(conversation)/messages", nil), ("GET", "\(reply)/log", nil), ("POST", "\(reply)/stop", nil),
            ("POST", "\(reply)/regenerate", nil),
            ("POST", "/api/chat/send", #"{"content":"a","conversation_id":"\#(sent.conversation)"}"#),
        ]
        for (method, path, body) in tries {
            #expect(await api.send(method, path, body, as: "8").error == "404 not_found", "\(method) \(path)")
        }
        #expect(await api.send("GET", "/api/chat/conversations", as: "8").json["conversations"]?.serialized == "[]")
        #expect(await api.send("GET", conversation).json["title"]?.text == "Why?")
        #expect(await api.send("GET", "\(reply)/log").json["state"]?.text == "queued")
        #expect(api.dispatcher.dispatched.count == 1)
    }

    @Test func `the same key answers the same ids, and another request with it is a conflict`() async throws {
        let first = await api.send("POST", "/api/chat/send", #"{"content":"a","idempotency_key":"k"}"#)
        let again = await api.send("POST", "/api/chat/send", #"{"content":"a","idempotency_key":"k"}"#)
        #expect(again.status == 202)
        #expect(await again.text == first.text)
        let other = await api.send("POST", "/api/chat/send", #"{"content":"b","idempotency_key":"k"}"#)
        #expect(other.error == "409 idempotency_conflict")
        #expect(api.pusher.pushed.count == 1)
        let elsewhere = await api.send("POST", "/api/chat/send", #"{"content":"b","idempotency_key":"k"}"#, as: "8")
        #expect(elsewhere.status == 202)
    }

    @Test func `lists and history come in pages`() async throws {
        let first = try await ask("question 0")
        for number in 1...4 { _ = try await ask("question \(number)", in: first.conversation) }
        for number in 5...6 { _ = try await ask("question \(number)") }

        let page = await api.send("GET", "/api/chat/conversations?limit=2").json
        let cursor = try #require(page["next_cursor"]?.text)
        let rest = await api.send("GET", "/api/chat/conversations?limit=2&cursor=\(cursor)").json
        #expect(rest["next_cursor"]?.text == nil)
        #expect(rest["conversations"]?[0]?["id"]?.text == first.conversation)

        let path = "/api/chat/conversations/\(first.conversation)/messages"
        let newest = await api.send("GET", "\(path)?limit=2").json
        #expect(newest["messages"]?[1]?["content"]?.text == "question 4")
        #expect(newest["has_more"]?.serialized == "true")
        let before = try #require(newest["messages"]?[0]?["id"]?.text)
        let older = await api.send("GET", "\(path)?limit=3&before=\(before)").json
        #expect(older["messages"]?[0]?["content"]?.text == "question 0")
        #expect(older["has_more"]?.serialized == "false")
    }

    @Test func `a stream follows a worker to the end, and the log is the same as JSON`() async throws {
        let sent = try await ask("Why?")
        let path = "/api/chat/replies/\(sent.reply)/log"
        let stream = await api.send("GET", path, headers: [(name: "Accept", value: "text/event-stream")])
        let read = Task { await stream.text }
        let store = api.store
        guard case .taken = try await store.takeAttempt(reply: sent.reply, jobID: "j", takeOverAfter: .seconds(30))
        else { return #expect(Bool(false), "the reply is free") }
        for text in ["Be", "cau", "se.\n"] {
            _ = try await store.append([.content(text)], reply: sent.reply, attempt: 1)
        }
        let running = await api.send("POST", "/api/chat/bind", bindBody())
        #expect(running.json["replies"]?[0]?["last_seq"]?.serialized == "4")
        _ = try await store.finish(reply: sent.reply, attempt: 1, with: GenerationEnd(finishReason: "stop"))

        let text = try await within(.seconds(20), "the stream ends") { await read.value }
        let ids = text.split(separator: "\n").filter { $0.hasPrefix("id: ") }
        #expect(ids == ["id: 1", "id: 2", "id: 3", "id: 4", "id: 5"])
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { $0.dropFirst(6) }
        let log = await api.send("GET", path).text
        #expect(log.hasPrefix(#"{"rows":[\#(rows.joined(separator: ","))],"state":"finished","attempt":1,"#))
        #expect(await api.send("POST", "/api/chat/bind", bindBody()).json["replies"]?.serialized == "[]")
        #expect(await api.send("POST", "/api/chat/replies/\(sent.reply)/stop").error == "409 reply_ended")
    }

    @Test func `a stopped reply can be made anew`() async throws {
        let sent = try await ask("Why?")
        let path = "/api/chat/replies/\(sent.reply)"
        #expect(await api.send("POST", "\(path)/regenerate").error == "409 reply_unfinished")
        let stopped = await api.send("POST", "\(path)/stop")
        #expect(stopped.json["state"]?.text == "stopped")
        #expect(api.pusher.pushed.last?.text.contains("reply.stopped") == true)
        let again = await api.send("POST", "\(path)/regenerate")
        #expect(again.status == 202)
        #expect(again.json["message_id"]?.text == sent.message)
        #expect(again.json["reply_id"]?.text != sent.reply)
        #expect(api.dispatcher.dispatched.count == 2)
    }

    @Test func `a text of any characters comes back as it was sent`() async throws {
        let content = "a\u{1}\u{7f}\"\\/\r\n\t\u{2028}🙂é</script>"
        let body = (["content": .string(content)] as JSON).serialized
        let sent = await api.send("POST", "/api/chat/send", body)
        let id = try #require(sent.json["conversation_id"]?.text)
        let messages = await api.send("GET", "/api/chat/conversations/\(id)/messages").json["messages"]
        #expect(messages?[0]?["content"]?.text == content)
    }

    private func ask(
        _ content: String,
        in conversation: String? = nil
    ) async throws -> (conversation: String, message: String, reply: String) {
        let body: JSON = ["content": .string(content), "conversation_id": .string(conversation)]
        let json = await api.send("POST", "/api/chat/send", body.serialized).json
        return (
            try #require(json["conversation_id"]?.text), try #require(json["message_id"]?.text),
            try #require(json["reply_id"]?.text)
        )
    }

    private func bindBody() -> String {
        let clientID = "7f0000010b5400000001"
        return #"{"client_id":"\#(clientID)","proof":"\#(api.proof(clientID))"}"#
    }
}

extension JSON {
    /// An element of an array; nil if there is none.
    fileprivate subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}
