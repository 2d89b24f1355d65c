import FoundationEssentials
import TestSupport
import Testing

/// What the model's server is sent, seen from there.
@Suite(.serialized) struct ModelRequestTests {
    private struct Recorded: Decodable {
        struct Request: Decodable {
            let body: Body
        }
        let requests: [Request]
    }

    private struct Body: Decodable {
        struct Message: Decodable {
            let role: String
            let content: String
        }
        struct Thinking: Decodable {
            let type: String
        }
        let messages: [Message]
        let userID: String?
        let maxTokens: Int?
        let thinking: Thinking?

        enum CodingKeys: String, CodingKey {
            case messages, thinking
            case userID = "user_id"
            case maxTokens = "max_tokens"
        }
    }

    @Test func `a title is asked for once, cheaply, and users are known by a hash that stays the same`() async throws {
        let rig = try await HawkRig(.split)
        let ada = try await HawkUser("ada", rig: rig)
        let eve = try await HawkUser("eve", rig: rig)
        let tab = HawkDevice(ada)
        try await withDevices([tab]) {
            let first = try await ada.send("one nonce-one [[tokens 5]]")
            _ = try await tab.sees(first.replyID, in: "finished")
            try await eventually(.seconds(30), "the title arrives") {
                await tab.pushed.contains("conversation.updated")
            }
            let second = try await ada.send("two nonce-two [[tokens 5]]", conversation: first.conversationID)
            _ = try await tab.sees(second.replyID, in: "finished")
            _ = try await eve.send("other [[tokens 5]]")
            try await eventually(.seconds(30), "four requests and a title for eve") {
                try await received(by: rig).count >= 5
            }
        }
        let bodies = try await received(by: rig)
        let titles = bodies.filter { $0.maxTokens == 40 }
        #expect(titles.count == 2)
        for title in titles {
            #expect(title.thinking?.type == "disabled")
            #expect(title.messages.map(\.role) == ["system", "user"])
        }
        let answers = bodies.filter { $0.maxTokens == nil }
        #expect(answers.map { $0.messages.filter { $0.role == "user" }.count }.sorted() == [1, 1, 2])
        // Nothing that the model thought goes back, and no uid as it is.
        let thoughts = "I am only a simulator"
        #expect(answers.allSatisfy { body in !body.messages.contains { $0.content.contains(thoughts) } })
        let users = Set(bodies.compactMap(\.userID))
        #expect(users.count == 2)
        #expect(users.allSatisfy { $0.utf8.count == 43 && !$0.contains("ada") && !$0.contains("eve") })
    }

    private func received(by rig: HawkRig) async throws -> [Body] {
        let answer = try await HTTPProbe(port: rig.simulatorPort).request("GET", "/recorded")
        return try HawkUser.decode(Recorded.self, answer).requests.map(\.body)
    }
}
