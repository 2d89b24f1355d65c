import TestSupport
import Testing

/// Restarts that an operator makes in the middle of everything.
@Suite(.serialized) struct DrainTests {
    @Test func `each host is restarted in turn under 200 sockets and 20 running answers, and nothing is lost`()
        async throws
    {
        let rig = try await HawkRig(.split)
        var users: [HawkUser] = []
        for number in 0..<20 { users.append(try await HawkUser("user\(number)", rig: rig)) }
        let devices = users.map { user in (0..<10).map { _ in HawkDevice(user) } }
        try await withDevices(devices.flatMap { $0 }) {
            var sent: [HawkUser.Sent] = []
            for user in users { sent.append(try await user.send("tell me [[tokens 300]] nonce-\(user.uid)")) }
            for (index, reply) in sent.enumerated() { try await devices[index][0].seesText(of: reply.replyID) }
            for role in [HawkRig.Role.queue, .api, .server] {
                #expect(try await rig.terminate(role) == .code(0))
                try rig.start(role)
                try await rig.isReady()
            }
            for (index, reply) in sent.enumerated() {
                let stored = try await eventuallyFinished(reply, users[index])
                #expect(stored.content.contains("`nonce-\(users[index].uid)`"))
                for device in devices[index] {
                    let shown = try await device.sees(reply.replyID, in: "finished")
                    #expect(shown.content == stored.content)
                    #expect(shown.attempt == stored.attempt)
                }
                #expect(try await users[index].replies(reply.conversationID).count == 1)
            }
        }
    }

    private func eventuallyFinished(_ sent: HawkUser.Sent, _ user: HawkUser) async throws -> HawkUser.StoredReply {
        let deadline = ContinuousClock.now + .seconds(180)
        while true {
            let replies = try? await user.replies(sent.conversationID)
            if let reply = replies?.first, reply.state == "finished" { return reply }
            guard ContinuousClock.now < deadline else {
                throw DeadlineExceeded(description: "\(sent.replyID) is not finished\n\(user.rig.logs())")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
