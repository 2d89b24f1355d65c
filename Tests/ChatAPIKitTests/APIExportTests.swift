import ChatAPIKit
import PlatformCore
import Testing

/// Export and usage, against a real store.
@Suite struct APIExportTests {
    let fixture: StoreFixture
    let api: APIFixture<SQLiteChatStore>

    init() throws {
        fixture = try StoreFixture()
        api = try APIFixture(fixture.store)
    }

    @Test func `Markdown is the shown branch, oldest first`() async throws {
        let first = try await fixture.answered("sky *blue*?", by: "**yes**")
        try await fixture.answered("why?", by: "light", in: first.conversation.id)
        _ = try await fixture.store.send(.init(in: .beside(first.message.id), content: "sea?"), uid: "ann")
        let path = "/api/chat/conversations/\(first.conversation.id)/export"
        let whole = await api.send("GET", "\(path)?through=\(first.message.id)", as: "ann")
        #expect(whole.status == 200)
        #expect(whole.header("content-type") == "text/markdown; charset=utf-8")
        #expect(
            await whole.text == """
                # sky \\*blue\\*?

                ## Question

                sky *blue*?

                ## Answer

                **yes**

                ## Question

                why?

                ## Answer

                light

                """
        )
        #expect(await api.send("GET", path, as: "ann").text == "# sky \\*blue\\*?\n\n## Question\n\nsea?\n")
    }

    @Test func `JSON is everything, with every version`() async throws {
        let first = try await fixture.answered("sky?", by: "blue")
        _ = try await fixture.store.send(.init(in: .beside(first.message.id), content: "sea?"), uid: "ann")
        let answer = await api.send(
            "GET",
            "/api/chat/conversations/\(first.conversation.id)/export?format=json",
            as: "ann"
        )
        let json = try JSON(parsing: Array(await answer.text.utf8), maximumBytes: .max)
        guard case .array(let messages) = json["messages"] else { throw Unexpected("no messages") }
        #expect(messages.map { $0["content"]?.text } == ["sky?", "sea?"])
        #expect(json["conversation"]?["id"]?.text == first.conversation.id)
        #expect(answer.header("content-disposition") == #"attachment; filename="sky.json"; filename*=UTF-8''sky.json"#)
    }

    @Test func `a long conversation is read as it is taken, and a broken store ends it visibly`() async throws {
        let store = StubChatStore()
        let api = try APIFixture(store)
        store.state.withLock { state in
            state.conversation = Make.conversation()
            state.messages = MessagePage(messages: [Make.message("one"), Make.message("two")], hasEarlier: false)
        }
        for (format, end) in [("json", ""), ("markdown", "the rest could not be read.\n")] {
            let answer = await api.send("GET", "/api/chat/conversations/c1/export?format=\(format)")
            var reader = try answer.reader()
            _ = await reader.next()
            #expect(await reader.next() != nil)
            store.state.withLock { $0.isBroken = true }
            let rest = await reader.next().map { String(decoding: $0, as: UTF8.self) } ?? ""
            #expect(rest.hasSuffix(end))
            #expect(await reader.next() == nil)
            store.state.withLock { $0.isBroken = false }
        }
        #expect(api.events.withLock { $0 } == ["store failed", "store failed"])
    }

    @Test func `another user's conversation and an unknown format are told`() async throws {
        let sent = try await fixture.answered("sky?", by: "blue")
        let path = "/api/chat/conversations/\(sent.conversation.id)/export"
        #expect(await api.send("GET", path, as: "bob").error == "404 not_found")
        for format in ["pdf", ""] {
            let answer = await api.send("GET", "\(path)?format=\(format)", as: "ann")
            #expect(answer.wrongFields == ["format unknown"])
        }
    }

    @Test(arguments: [
        ("Why?", "Why.md"), ("a/b\\c:d*e?f\"g<h>i|j", "a b c d e f g h i j.md"), ("../../etc/passwd", "etc passwd.md"),
        ("...", "conversation.md"), ("", "conversation.md"), ("CON", "conversation.md"), ("nul.txt", "conversation.md"),
        ("a\r\nX-Evil: 1", "a X-Evil 1.md"), ("exe.\u{202E}dm", "exe. dm.md"), ("~root", "root.md"),
        ("x; filename=y", "x filename=y.md"), ("100%", "100.md"),
    ])
    func `a file's name cannot be anything else`(title: String, name: String) {
        #expect(FileName(title).text + ".md" == name)
        let field = FileName(title).disposition(".md")
        #expect(field.hasPrefix("attachment; filename=\"\(name)\"; filename*=UTF-8''"))
        #expect(field.utf8.allSatisfy { (0x20..<0x7F).contains($0) })
    }

    @Test func `a name in any script is kept for those who can read it`() {
        #expect(
            FileName("天空").disposition(".md")
                == "attachment; filename=\"__.md\"; filename*=UTF-8''%E5%A4%A9%E7%A9%BA.md"
        )
    }

    @Test func `usage is told by day and together`() async throws {
        try await fixture.answered("sky?", by: "blue")
        fixture.time.advance(by: .seconds(86_400))
        try await fixture.answered("sea?", by: "blue")
        let usage = await api.send("GET", "/api/chat/usage", as: "ann").json
        guard case .array(let days) = usage["days"] else { throw Unexpected("no days") }
        #expect(days.map { $0["day"]?.text } == ["2023-11-14", "2023-11-15"])
        #expect(usage["total"]?["replies"]?.integerValue == 2)
        #expect(await api.send("GET", "/api/chat/usage", as: "bob").text.hasPrefix(#"{"days":[],"#))
        for days in ["0", "367", "x", "-1", ""] {
            #expect(await api.send("GET", "/api/chat/usage?days=\(days)", as: "ann").wrongFields == ["days invalid"])
        }
    }
}
