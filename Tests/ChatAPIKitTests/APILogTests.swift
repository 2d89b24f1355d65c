import ChatAPIKit
import PlatformCore
import TestSupport
import Testing

struct APILogTests {
    private let path = "/api/chat/replies/r1/log"
    private let events = (name: "Accept", value: "text/event-stream")

    @Test func `the rest of a log is answered as JSON`() async throws {
        let api = try APIFixture(StubChatStore())
        #expect(await api.send("GET", path).error == "404 not_found")
        api.store.setLog([Make.row(1, .started, "{}"), Make.row(2, .reasoning, "Hm\n"), Make.row(3)], .running)
        let expected =
            #"{"rows":[{"seq":2,"attempt":1,"kind":"reasoning","text":"Hm\n"},"#
            + #"{"seq":3,"attempt":1,"kind":"content","text":"a"}],"state":"running","attempt":1,"last_seq":3}"#
        #expect(await api.send("GET", "\(path)?after=1").text == expected)
        #expect(await api.send("GET", "\(path)?after=9").json["rows"]?.serialized == "[]")
        for after in ["-1", "x", "9223372036854775808"] {
            #expect(await api.send("GET", "\(path)?after=\(after)").wrongFields == ["after invalid"])
        }
    }

    @Test func `an ended log is a stream that ends`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.setLog([Make.row(1, .content, "a\nb"), Make.row(2, .finished, "{}")], .finished)
        let response = await api.send("GET", path, headers: [events])
        #expect(response.header("Content-Type") == "text/event-stream")
        #expect(response.header("Cache-Control") == "no-store, no-transform")
        let expected =
            "id: 1\nevent: content\ndata: {\"seq\":1,\"attempt\":1,\"kind\":\"content\",\"text\":\"a\\nb\"}\n\n"
            + "id: 2\nevent: finished\ndata: {\"seq\":2,\"attempt\":1,\"kind\":\"finished\",\"text\":\"{}\"}\n\n"
        #expect(await response.text == expected)
    }

    @Test func `a live stream brings each row once and ends with the reply`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.setLog([Make.row(1, .started)], .running)
        var reader = try await api.send("GET", path, headers: [events]).reader()
        #expect(ids(await reader.next()) == [1])
        api.store.setLog((1...3).map { Make.row($0) }, .running)
        #expect(ids(await reader.next()) == [2, 3])
        api.store.setLog((1...3).map { Make.row($0) } + [Make.row(4, .finished)], .finished)
        #expect(ids(await reader.next()) == [4])
        #expect(await reader.next() == nil)
        #expect(await reader.next() == nil)
    }

    @Test func `Last-Event-ID stands above after`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.setLog((1...4).map { Make.row($0) }, .finished)
        for (last, expected) in [("3", [4]), ("x", [2, 3, 4]), ("-1", [2, 3, 4]), ("0", [1, 2, 3, 4])] {
            let headers = [events, (name: "Last-Event-ID", value: last)]
            var reader = try await api.send("GET", "\(path)?after=1", headers: headers).reader()
            #expect(ids(await reader.next()) == expected)
        }
    }

    @Test func `another user's reply is no stream either`() async throws {
        let api = try APIFixture(StubChatStore())
        #expect(await api.send("GET", path, headers: [events]).error == "404 not_found")
    }

    @Test func `a silent stream gets comments`() async throws {
        let api = try APIFixture(StubChatStore()) { $0.keepAlive = .milliseconds(20) }
        api.store.setLog([Make.row(1)], .running)
        var reader = try await api.send("GET", "\(path)?after=1", headers: [events]).reader()
        #expect(await reader.next() == Array(": keep-alive\n\n".utf8))
        #expect(await reader.next() == Array(": keep-alive\n\n".utf8))
        api.store.setLog([Make.row(1), Make.row(2)], .running)
        var more = ids(await reader.next())
        while more.isEmpty { more = ids(await reader.next()) }
        #expect(more == [2])
    }

    @Test func `all live readers share one look at the store`() async throws {
        let api = try APIFixture(StubChatStore()) { $0.liveInterval = .milliseconds(50) }
        api.store.setLog([Make.row(1)], .running)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for reader in 0..<64 {
                let path = "/api/chat/replies/r\(reader % 16)/log"
                let stream = await api.send("GET", path, as: "u\(reader % 16)", headers: [events])
                group.addTask {
                    var reader = try stream.reader()
                    var count = 0
                    while let chunk = await reader.next() { count += ids(chunk).count }
                    return count
                }
            }
            let store = api.store
            try await eventually(.seconds(20), "every reply is looked at in one look") {
                store.calls.contains { $0.hasPrefix("positions") && $0.split(separator: " ").count == 17 }
            }
            let looks = store.count(of: "positions")
            let logs = store.count(of: "log")
            let start = ContinuousClock.now
            store.setLog([Make.row(1), Make.row(2, .finished)], .finished)
            for try await count in group { #expect(count == 2) }
            let most = Int((ContinuousClock.now - start) / .milliseconds(50)) + 1
            #expect(store.count(of: "positions") - looks <= most)
            #expect(store.count(of: "log") - logs == 16)
        }
    }

    @Test func `nobody looks when nobody waits`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.setLog([Make.row(1)], .running)
        let stream = await api.send("GET", path, headers: [events])
        let task = Task {
            var reader = try stream.reader()
            while await reader.next() != nil {}
        }
        let store = api.store
        try await eventually(.seconds(20), "a look") { store.count(of: "positions") > 0 }
        task.cancel()
        try await task.value
        try await eventually(.seconds(20), "no look for 50 ms") {
            let looks = store.count(of: "positions")
            try await Task.sleep(for: .milliseconds(50))
            return store.count(of: "positions") == looks
        }
    }

    @Test func `a stream ends when its reply is deleted`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.setLog([Make.row(1)], .running)
        var reader = try await api.send("GET", path, headers: [events]).reader()
        #expect(ids(await reader.next()) == [1])
        api.store.state.withLock { $0.log = nil }
        #expect(await reader.next() == nil)
    }

    @Test func `all streams end when the server is about to`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.setLog([Make.row(1)], .running)
        let stream = await api.send("GET", "\(path)?after=1", headers: [events])
        let text = Task { await stream.text }
        let store = api.store
        try await eventually(.seconds(20), "a reader waits") { store.count(of: "positions") > 0 }
        api.api.endStreams()
        #expect(await text.value == "")
        var late = try await api.send("GET", path, headers: [events]).reader()
        #expect(ids(await late.next()) == [1])
        #expect(await late.next() == nil)
    }

    @Test func `a stream outlives a store that fails for a while`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.setLog([Make.row(1)], .running)
        var reader = try await api.send("GET", "\(path)?after=1", headers: [events]).reader()
        api.store.state.withLock { $0.isBroken = true }
        let mend = Task {
            try await eventually(.seconds(20), "an event tells") { api.events.withLock { $0.contains("store failed") } }
            api.store.setLog([Make.row(1), Make.row(2)], .running)
            api.store.state.withLock { $0.isBroken = false }
        }
        var chunk = await reader.next()
        // Keep-alives come first when mending takes its time.
        while let quiet = chunk, ids(quiet).isEmpty { chunk = await reader.next() }
        #expect(ids(chunk) == [2])
        try await mend.value
    }

    @Test func `a ninth stream of one user is refused until another one is over`() async throws {
        let api = try APIFixture(StubChatStore())
        api.store.setLog([Make.row(1)], .running)
        var streams: [ChatResponse] = []
        for _ in 0..<8 { streams.append(await api.send("GET", path, headers: [events])) }
        #expect(streams.allSatisfy { $0.status == 200 })
        let refused = await api.send("GET", path, headers: [events])
        #expect(refused.error == "429 too_many_streams")
        #expect(refused.header("Retry-After") == "5")
        #expect(await api.send("GET", path, as: "8", headers: [events]).status == 200)
        #expect(await api.send("GET", path).status == 200)

        // One that nobody reads, one whose reader is cancelled, and one that ends.
        streams.removeLast()
        #expect(await api.send("GET", path, headers: [events]).status == 200)
        let cancelled = streams[0]
        let task = Task {
            var reader = try cancelled.reader()
            while await reader.next() != nil {}
        }
        task.cancel()
        try await task.value
        streams.append(await api.send("GET", path, headers: [events]))
        #expect(streams.last?.status == 200)
        api.store.setLog([Make.row(1), Make.row(2, .finished)], .finished)
        _ = await streams[1].text
        #expect(await api.send("GET", path, headers: [events]).status == 200)
    }
}

/// The event numbers of a chunk.
private func ids(_ chunk: [UInt8]?) -> [Int] {
    String(decoding: chunk ?? [], as: UTF8.self).split(separator: "\n")
        .compactMap { $0.hasPrefix("id: ") ? Int($0.dropFirst(4)) : nil }
}
