import ChatAPIKit
import PlatformCore
import TestSupport
import Testing

/// Two APIs in one process, with the same users: each has its own conversations, limits, pushes and streams.
@Suite struct TwoAPIsTests {
    private let directory = TemporaryDirectory()
    private let left: APIFixture<SQLiteChatStore>
    private let right: APIFixture<SQLiteChatStore>

    init() throws {
        left = try Self.make(directory.file("left.sqlite"), prefix: "/left")
        right = try Self.make(directory.file("right.sqlite"), prefix: "/right")
    }

    @Test func `conversations and limits are each API's own`() async throws {
        let sent = await left.send("POST", "/left/api/chat/send", #"{"content":"Why?"}"#)
        #expect(sent.status == 202)
        #expect(await left.send("POST", "/left/api/chat/send", #"{"content":"Why?"}"#).error == "429 rate_limited")
        #expect(await right.send("GET", "/right/api/chat/conversations").json["conversations"]?.serialized == "[]")
        let reply = try #require(sent.json["reply_id"]?.text)
        #expect(await right.send("GET", "/right/api/chat/replies/\(reply)/log").error == "404 not_found")
        #expect(await right.send("GET", "/left/api/chat/conversations").error == "404 not_found")
        #expect(await right.send("POST", "/right/api/chat/send", #"{"content":"Why?"}"#).status == 202)
        #expect(left.pusher.pushed.count == right.pusher.pushed.count)
    }

    @Test func `ending one API's streams ends none of the other's`() async throws {
        let events = (name: "Accept", value: "text/event-stream")
        let reply = await right.send("POST", "/right/api/chat/send", #"{"content":"Why?"}"#).json["reply_id"]?.text
        let path = "/right/api/chat/replies/\(try #require(reply))"
        var reader = try await right.send("GET", "\(path)/log", headers: [events]).reader()
        left.api.endStreams()
        #expect(await right.send("POST", "\(path)/stop").status == 200)
        let rows = await reader.next().map { String(decoding: $0, as: UTF8.self) } ?? ""
        #expect(rows.contains("event: stopped"))
        #expect(await reader.next() == nil)
    }

    private static func make(_ path: String, prefix: String) throws -> APIFixture<SQLiteChatStore> {
        try APIFixture(SQLiteChatStore(path: path)) {
            $0.pathPrefix = prefix
            $0.limits.sendsPerMinute = 1
        }
    }
}
