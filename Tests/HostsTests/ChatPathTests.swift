import TestSupport
import Testing

/// The main job, through real processes: one, and four.
///
/// One after the other, since each test starts up to five.
@Suite(.serialized) struct ChatPathTests {
    @Test(arguments: [false, true])
    func `every device of the user sees the answer stream in, and no other user`(isSplit: Bool) async throws {
        let rig = try await HawkRig(isSplit ? .split : .single)
        let ada = try await HawkUser("ada", rig: rig)
        let tabs = [HawkDevice(ada), HawkDevice(ada)]
        let stranger = HawkDevice(try await HawkUser("eve", rig: rig))
        try await withDevices(tabs + [stranger]) {
            let sent = try await ada.send("What is [[tokens 40]] nonce-k7Qp?")
            for tab in tabs {
                let shown = try await tab.sees(sent.replyID, in: "finished")
                #expect(shown.content.contains("nonce-k7Qp"))
                #expect(shown.content == (try await ada.replies(sent.conversationID).first?.content))
                #expect(await tab.pushed.filter { $0 == "reply.delta" }.count > 3)
            }
            #expect(await stranger.pushed.filter { $0 != "pong" } == ["init"])
        }
    }

    @Test func `earlier messages are sent along, and one answer runs at a time, in order`() async throws {
        let rig = try await HawkRig(.single)
        let ada = try await HawkUser("ada", rig: rig)
        let tab = HawkDevice(ada)
        try await withDevices([tab]) {
            let first = try await ada.send("first [[tokens 30]] nonce-one")
            let second = try await ada.send("second [[tokens 10]] nonce-two", conversation: first.conversationID)
            let before = try await tab.sees(first.replyID, in: "finished")
            let after = try await tab.sees(second.replyID, in: "finished")
            #expect(before.content.contains("nonce-one"))
            #expect(after.content.contains("nonce-two"))
            let order = try await ada.replies(first.conversationID)
            #expect(order.map(\.id) == [first.replyID, second.replyID])
        }
    }

    @Test(arguments: [false, true])
    func `a stop ends the answer on every device with the text so far`(isSplit: Bool) async throws {
        let rig = try await HawkRig(isSplit ? .split : .single)
        let ada = try await HawkUser("ada", rig: rig)
        let tabs = [HawkDevice(ada), HawkDevice(ada)]
        try await withDevices(tabs) {
            let sent = try await ada.send("long [[tokens 2000]]")
            try await tabs[0].seesText(of: sent.replyID)
            let stopped = try await ada.request("POST", "/api/chat/replies/\(sent.replyID)/stop")
            #expect(stopped.status == 200)
            let stored = try await ada.replies(sent.conversationID)[0]
            #expect(stored.state == "stopped")
            for tab in tabs { #expect(try await tab.sees(sent.replyID, in: "stopped").content == stored.content) }
            #expect(try await ada.request("POST", "/api/chat/replies/\(sent.replyID)/stop").status == 409)
        }
    }

    @Test func `the script of the example starts the same path in four processes, and ends them`() async throws {
        let rig = try await HawkRig(.script)
        defer { rig.process(.script).send(15) }
        let ada = try await HawkUser("ada", rig: rig)
        let tab = HawkDevice(ada)
        try await withDevices([tab]) {
            let sent = try await ada.send("What is [[tokens 40]] nonce-four?")
            #expect(try await tab.sees(sent.replyID, in: "finished").content.contains("nonce-four"))
        }
        #expect(try await rig.terminate(.script) == .code(0))
        await #expect(throws: (any Error).self) {
            try await HTTPProbe(port: rig.apiPort).request("GET", "/healthz")
        }
    }

    @Test(arguments: [false, true])
    func `a host that is told to stop finishes the running answer first`(isSplit: Bool) async throws {
        let rig = try await HawkRig(isSplit ? .split : .single)
        let ada = try await HawkUser("ada", rig: rig)
        let tab = HawkDevice(ada)
        let role: HawkRig.Role = isSplit ? .queue : .hawk
        try await withDevices([tab]) {
            let sent = try await ada.send("please [[tokens 100]]")
            try await tab.seesText(of: sent.replyID)
            #expect(try await rig.terminate(role) == .code(0))
            try rig.start(role)
            try await rig.isReady()
            let stored = try await ada.replies(sent.conversationID)
            #expect(stored.map(\.state) == ["finished"])
            #expect(stored.map(\.attempt) == [1])
            #expect(try await tab.sees(sent.replyID, in: "finished").content == stored[0].content)
        }
    }

    @Test(arguments: [("[[error 401]]", 1), ("[[cut]]", 3)])
    func `a reply whose model fails is tried as often as makes sense and then marked failed`(
        fault: String,
        attempts: Int
    ) async throws {
        let rig = try await HawkRig(.single)
        let ada = try await HawkUser("ada", rig: rig)
        let tab = HawkDevice(ada)
        try await withDevices([tab]) {
            let sent = try await ada.send("please \(fault)")
            _ = try await tab.sees(sent.replyID, in: "failed")
            let stored = try await ada.replies(sent.conversationID)
            #expect(stored.map(\.state) == ["failed"])
            #expect(stored.map(\.attempt) == [attempts])
        }
    }
}

/// Runs devices while `body` runs; each has bound a socket before it begins.
func withDevices(_ devices: [HawkDevice], _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        for device in devices { group.addTask { await device.run() } }
        for device in devices { try await device.isBound() }
        try await body()
    }
}
