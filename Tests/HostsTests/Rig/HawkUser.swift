import FoundationEssentials
import TestSupport

/// A signed-in user of a rig, over HTTP.
struct HawkUser: Sendable {
    let uid: String
    let rig: HawkRig
    private let token: String

    init(_ name: String, rig: HawkRig) async throws {
        struct SignedIn: Decodable {
            let token: String
            let uid: String
        }
        let answer = try await HTTPProbe(port: rig.apiPort).request(
            "POST",
            "/api/dev/sign-in",
            headers: [("Content-Type", "application/json"), ("Origin", "http://127.0.0.1:\(rig.apiPort)")],
            body: #"{"name":"\#(name)"}"#
        )
        let signedIn = try Self.decode(SignedIn.self, answer)
        token = signedIn.token
        uid = signedIn.uid
        self.rig = rig
    }

    /// What a question is stored as.
    struct Sent: Decodable, Sendable {
        let conversationID: String
        let replyID: String

        enum CodingKeys: String, CodingKey {
            case conversationID = "conversation_id"
            case replyID = "reply_id"
        }
    }

    /// Sends a question; with a key it is sent again until it is answered, as the page does.
    func send(_ content: String, conversation: String? = nil, key: String? = nil) async throws -> Sent {
        let members = [
            ("content", content), ("conversation_id", conversation), ("idempotency_key", key),
        ].compactMap { name, value in value.map { "\"\(name)\":\"\($0)\"" } }
        return try Self.decode(
            Sent.self,
            try await request("POST", "/api/chat/send", body: "{\(members.joined(separator: ","))}")
        )
    }

    /// A reply as the history tells it.
    struct StoredReply: Decodable, Sendable {
        let id: String
        let state: String
        let attempt: Int
        let content: String
    }

    /// A message as the export tells it.
    struct StoredMessage: Decodable, Sendable {
        let id: String
        let content: String
        let replies: [StoredReply]
    }

    /// Every message of this user, with every version and every answer, by conversation.
    func everything() async throws -> [String: [StoredMessage]] {
        struct List: Decodable {
            struct Entry: Decodable {
                let id: String
            }
            let conversations: [Entry]
            let nextCursor: String?

            enum CodingKeys: String, CodingKey {
                case conversations
                case nextCursor = "next_cursor"
            }
        }
        struct Export: Decodable {
            let messages: [StoredMessage]
        }
        var messages: [String: [StoredMessage]] = [:]
        var cursor: String?
        repeat {
            let page = "/api/chat/conversations?limit=100" + (cursor.map { "&cursor=\($0)" } ?? "")
            let list = try Self.decode(List.self, try await request("GET", page))
            for conversation in list.conversations {
                let target = "/api/chat/conversations/\(conversation.id)/export?format=json"
                messages[conversation.id] = try Self.decode(Export.self, try await request("GET", target)).messages
            }
            cursor = list.nextCursor
        } while cursor != nil
        return messages
    }

    /// All replies of a conversation, in order.
    func replies(_ conversation: String) async throws -> [StoredReply] {
        struct Message: Decodable {
            let replies: [StoredReply]
        }
        struct Page: Decodable {
            let messages: [Message]
        }
        let answer = try await request("GET", "/api/chat/conversations/\(conversation)/messages")
        return try Self.decode(Page.self, answer).messages.flatMap(\.replies)
    }

    /// Sends a request as this user.
    func request(_ method: String, _ target: String, body: String? = nil) async throws -> HTTPProbe.Answer {
        var headers = [("Authorization", "Bearer \(token)")]
        if body != nil { headers.append(("Content-Type", "application/json")) }
        return try await HTTPProbe(port: rig.apiPort).request(method, target, headers: headers, body: body)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ answer: HTTPProbe.Answer) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(answer.body))
        } catch {
            throw DeadlineExceeded(description: "status \(answer.status), not a \(type): \(answer.text)")
        }
    }
}
