import ChatAPIKit
import PlatformCore
import Testing

/// How much one user or address may ask.
struct APILimitTests {
    private let time = Lock(ContinuousClock.now)

    @Test func `a user asks so often a minute, and is told when to come back`() async throws {
        let api = try makeAPI { $0.sendsPerMinute = 3 }
        for _ in 0..<3 { #expect(await ask(api).status == 202) }
        let refused = await ask(api)
        #expect(refused.error == "429 rate_limited")
        #expect(refused.header("Retry-After") == "20")
        #expect(api.store.count(of: "send") == 3)
        #expect(await ask(api, as: "8").status == 202)
        time.withLock { $0 += .seconds(20) }
        #expect(await ask(api).status == 202)
        #expect(await ask(api).status == 429)
    }

    @Test func `edits and regenerations count too`() async throws {
        let api = try makeAPI { $0.sendsPerMinute = 2 }
        api.store.state.withLock { $0.regenerate = .created(Make.reply()) }
        #expect(await api.send("POST", "/api/chat/messages/m1/edit", #"{"content":"x"}"#).status == 202)
        #expect(await api.send("POST", "/api/chat/replies/r1/regenerate").status == 202)
        #expect(await api.send("POST", "/api/chat/replies/r1/regenerate").error == "429 rate_limited")
        #expect(await api.send("POST", "/api/chat/messages/m1/edit", #"{"content":"x"}"#).status == 429)
    }

    @Test(arguments: [
        ("203.0.113.5:50000", "203.0.113.5", 429), ("203.0.113.5", "203.0.113.6", 202),
        ("[2001:db8::1]:50000", "2001:db8::2", 429), ("2001:db8::1", "2001:db8:0:1::1", 202),
        ("127.0.0.1:50000", "127.0.0.1:50001", 202), ("", "", 202),
    ])
    func `users behind one address share what it may ask`(first: String, second: String, status: Int) async throws {
        let api = try makeAPI { $0.sendsPerMinutePerAddress = 1 }
        #expect(await ask(api, as: "7", from: first).status == 202)
        #expect(await ask(api, as: "8", from: second).status == status)
    }

    @Test func `a user waits for his running answers before he asks for more`() async throws {
        let api = try makeAPI { $0.runningReplies = 2 }
        let position = ReplyPosition(
            replyID: "r1",
            messageID: "m1",
            conversationID: "c1",
            state: .running,
            attempt: 1,
            lastSeq: 1
        )
        api.store.state.withLock { $0.active = [position] }
        #expect(await ask(api).status == 202)
        api.store.state.withLock { $0.active = [position, position] }
        let refused = await ask(api)
        #expect(refused.error == "429 too_many_replies")
        #expect(refused.header("Retry-After") == "5")
    }

    @Test func `who is told to wait for his answers has as many questions left as before`() async throws {
        let api = try makeAPI {
            $0.runningReplies = 1
            $0.sendsPerMinute = 1
            $0.sendsPerMinutePerAddress = 1
        }
        let position = ReplyPosition(
            replyID: "r1",
            messageID: "m1",
            conversationID: "c1",
            state: .running,
            attempt: 1,
            lastSeq: 1
        )
        api.store.state.withLock { $0.active = [position] }
        for _ in 0..<3 { #expect(await ask(api).error == "429 too_many_replies") }
        api.store.state.withLock { $0.active = [] }
        #expect(await ask(api).status == 202)
    }

    @Test func `a request that is wrong takes nothing`() async throws {
        let api = try makeAPI { $0.sendsPerMinute = 1 }
        for _ in 0..<3 { #expect(await api.send("POST", "/api/chat/send", #"{"content":""}"#).status == 422) }
        #expect(await ask(api).status == 202)
    }

    private func makeAPI(_ limits: (inout ChatAPI.Limits) -> Void) throws -> APIFixture<StubChatStore> {
        let api = try APIFixture(StubChatStore()) { configuration in
            limits(&configuration.limits)
            configuration.monotonic = { [time] in time.withLock { $0 } }
        }
        api.store.state.withLock { $0.send = .stored(Make.sent()) }
        return api
    }

    private func ask(
        _ api: APIFixture<StubChatStore>,
        as uid: String = "7",
        from peer: String = "127.0.0.1:50000"
    ) async -> ChatResponse {
        await api.send("POST", "/api/chat/send", #"{"content":"Why?"}"#, as: uid, from: peer)
    }
}

extension ChatResponse {
    fileprivate func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
