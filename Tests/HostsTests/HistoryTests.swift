import FoundationEssentials
import TestSupport
import Testing

/// Real processes, of which one after another is killed, while users ask, ask otherwise, ask again, stop and delete.
///
/// HAWK_HISTORY_SECONDS makes it longer, HAWK_MODEL_SEED is for looking at one again.
@Suite(.serialized) struct HistoryTests {
    @Test func `whatever is killed, nothing accepted is lost and every device shows what is stored`() async throws {
        let seed = TestEnvironment.value("HAWK_MODEL_SEED").flatMap { UInt64($0) } ?? .random(in: 0..<1 << 32)
        let seconds = TestEnvironment.value("HAWK_HISTORY_SECONDS").flatMap { Int($0) } ?? 5
        let dice = Dice(seed: seed)
        let rig = try await HawkRig(
            .split,
            settings: [
                "HAWK_SENDS_PER_MINUTE": "0", "HAWK_RUNNING_REPLIES": "0", "HAWK_FOLD_AFTER": "1s",
                "HAWK_CONCURRENCY": "8",
            ]
        )
        let ledger = Ledger()
        let users = [try await HawkUser("ada", rig: rig), try await HawkUser("eve", rig: rig)]
        // One socket of each user is slow.
        let tabs = users.flatMap { [HawkDevice($0), HawkDevice($0, pace: .milliseconds(20))] }
        try await withDevices(tabs) {
            let end = ContinuousClock.now + .seconds(seconds)
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (number, tab) in tabs.enumerated() {
                        group.addTask {
                            let writer = HawkWriter(tab.user, tab: number, dice: dice, ledger: ledger)
                            while ContinuousClock.now < end { try await writer.act() }
                        }
                    }
                    group.addTask { try await Self.kill(rig, dice, until: end) }
                    try await group.waitForAll()
                }
                try await rig.isReady()
                try await Self.check(users, tabs, ledger, within: .seconds(60 + 10 * seconds))
            } catch {
                throw Failed(description: "HAWK_MODEL_SEED=\(seed): \(error)")
            }
        }
    }

    private struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    private static func kill(_ rig: HawkRig, _ dice: Dice, until end: ContinuousClock.Instant) async throws {
        let roles: [HawkRig.Role] = [.api, .api, .api, .queue, .queue, .server, .simulator]
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(dice.roll(50..<900)))
            try await rig.killAndRestart(roles[dice.roll(0..<roles.count)])
        }
    }

    /// What was asked in a long history takes long to be answered: one answer of a conversation runs at a time, and of the
    /// jobs that met two crashes of their workers one in all.
    private static func check(
        _ users: [HawkUser],
        _ tabs: [HawkDevice],
        _ ledger: Ledger,
        within limit: Duration
    ) async throws {
        var questions: [Ledger.Question] = []
        var replies: [String: [HawkUser.StoredReply]] = [:]
        for user in users {
            try await eventually(limit, "every answer of \(user.uid) ends") {
                // All there is is read: not more often than leaves the answers the time to end.
                try await Task.sleep(for: .milliseconds(500))
                return try await user.everything().values.joined().flatMap(\.replies)
                    .allSatisfy { !["queued", "running"].contains($0.state) }
            }
            for (conversation, messages) in try await user.everything() {
                questions += messages.map {
                    Ledger.Question(uid: user.uid, content: $0.content, id: $0.id, conversation: conversation)
                }
                replies[user.uid, default: []] += messages.flatMap(\.replies)
            }
        }
        try ledger.check(questions)
        #expect(ledger.counts.accepted > 0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for tab in tabs {
                for reply in replies[tab.user.uid, default: []] {
                    group.addTask {
                        let shown = try await tab.sees(reply.id, in: reply.state)
                        #expect(shown.content == reply.content)
                    }
                }
            }
            try await group.waitForAll()
        }
        for tab in tabs {
            for (uid, others) in replies where uid != tab.user.uid {
                #expect(await tab.heardOf.isDisjoint(with: others.map(\.id)))
                guard let other = others.first else { continue }
                let answer = try await tab.user.request("GET", "/api/chat/replies/\(other.id)/log")
                #expect(answer.status == 404)
            }
        }
    }
}
