import TestSupport
import Testing

/// What is accepted survives `kill -9` of any process, and is answered exactly once.
///
/// One after the other, since each test starts up to five processes.
@Suite(.serialized) struct KillTests {
    /// Which process is killed in mid-answer.
    static let victims: [(isSplit: Bool, role: HawkRig.Role)] = [
        (false, .hawk), (true, .queue), (true, .api), (true, .server),
    ]

    @Test(arguments: victims)
    func `a process killed in mid-answer loses nothing`(isSplit: Bool, role: HawkRig.Role) async throws {
        let rig = try await HawkRig(isSplit ? .split : .single)
        let ada = try await HawkUser("ada", rig: rig)
        let tabs = [HawkDevice(ada), HawkDevice(ada)]
        try await withDevices(tabs) {
            let sent = try await ada.send("tell me [[tokens 300]] nonce-kill")
            for tab in tabs { try await tab.seesText(of: sent.replyID) }
            #expect(try await ada.replies(sent.conversationID)[0].state == "running")
            try await rig.killAndRestart(role)
            try await rig.isReady()
            try await isAnsweredOnce(sent, ada, tabs, attemptsAtLeast: role == .hawk || role == .queue ? 2 : 1)
        }
    }

    @Test(arguments: [false, true], ["afterAppendBeforePush:3", "afterFinishBeforeSettle:1"])
    func `a worker that dies at a named point is replaced`(isSplit: Bool, fault: String) async throws {
        let role: HawkRig.Role = isSplit ? .queue : .hawk
        let rig = try await HawkRig(isSplit ? .split : .single, fault: fault, in: role)
        let ada = try await HawkUser("ada", rig: rig)
        let tabs = [HawkDevice(ada), HawkDevice(ada)]
        try await withDevices(tabs) {
            let sent = try await ada.send("tell me [[tokens 60]] nonce-kill")
            #expect(try await rig.process(role).ended() == .signal(9))
            try rig.start(role)
            try await rig.isReady()
            try await isAnsweredOnce(sent, ada, tabs, attemptsAtLeast: fault.hasPrefix("afterAppend") ? 2 : 1)
        }
    }

    @Test(arguments: [false, true])
    func `a message committed but not dispatched when the API dies is answered`(isSplit: Bool) async throws {
        let role: HawkRig.Role = isSplit ? .api : .hawk
        let rig = try await HawkRig(isSplit ? .split : .single, fault: "afterMessageCommitBeforeDispatch:1", in: role)
        let ada = try await HawkUser("ada", rig: rig)
        let tabs = [HawkDevice(ada), HawkDevice(ada)]
        try await withDevices(tabs) {
            // No answer comes, as when a network breaks; the same key asks again.
            await #expect(throws: (any Error).self) { try await ada.send("tell me nonce-kill", key: "once") }
            #expect(try await rig.process(role).ended() == .signal(9))
            try rig.start(role)
            try await rig.isReady()
            let sent = try await ada.send("tell me nonce-kill", key: "once")
            try await isAnsweredOnce(sent, ada, tabs, attemptsAtLeast: 1)
        }
    }

    private func isAnsweredOnce(
        _ sent: HawkUser.Sent,
        _ user: HawkUser,
        _ tabs: [HawkDevice],
        attemptsAtLeast attempts: Int
    ) async throws {
        var texts: [String] = []
        for tab in tabs { texts.append(try await tab.sees(sent.replyID, in: "finished").content) }
        let stored = try await user.replies(sent.conversationID)
        #expect(stored.count == 1)
        #expect(stored[0].state == "finished")
        #expect(stored[0].attempt >= attempts)
        #expect(stored[0].content.contains("nonce-kill"))
        #expect(texts.allSatisfy { $0 == stored[0].content })
    }
}
