// ChatAPIKit alone, inside a server of your own: your users, your model, your queue, your HTTP server. No other kit.
//
//     swift run chat-api-in-my-server [PORT]
//     curl -d '{"content":"Hello"}' -H 'Cookie: session=s3cr3t-ann' -H 'Content-Type: application/json' \
//         http://127.0.0.1:8090/assistant/api/chat/send
//     curl -N -H 'Cookie: session=s3cr3t-ann' -H 'Accept: text/event-stream' \
//         http://127.0.0.1:8090/assistant/api/chat/replies/REPLY_ID/log
//
// ChatAPI turns requests into responses and knows no server; what it needs of the world are five small protocols, which
// are filled here in the simplest way that works. `hawk` fills them with Hawk's other kits.

import ChatAPIKit
import Foundation

/// Who asks: the site's own sessions instead of tokens.
struct SiteSessions: Authenticator {
    let users = ["s3cr3t-ann": "ann", "s3cr3t-bob": "bob"]

    func uid(of request: ChatRequest) async throws -> String {
        let cookies = request.values(of: "Cookie").flatMap { $0.split(separator: ";") }
        let session = cookies.map { $0.trimmingCharacters(in: .whitespaces) }.first { $0.hasPrefix("session=") }
        guard let session, let user = users[String(session.dropFirst("session=".count))] else {
            throw AuthenticationFailure(code: "signed_out", message: "sign in first", isTokenInvalid: session != nil)
        }
        return user
    }
}

/// The model: says the question again, word by word.
struct Parrot: ReplyGenerator {
    func generate(_ prompt: ReplyPrompt, receive: @Sendable (ReplyPart) -> Void) async throws -> GenerationEnd {
        for word in "You said: \(prompt.messages.last?.text ?? "")".split(separator: " ") {
            try await Task.sleep(for: .milliseconds(30))
            receive(.content("\(word) "))
        }
        return GenerationEnd(finishReason: "stop")
    }
}

/// The queue: a stream within this process, from which one reply after the other is taken.
///
/// What a crash loses of it is
/// found in the store by `ReplySweeper`, which gives it here again.
struct OneByOne: JobDispatcher {
    let replies: AsyncStream<String>
    private let input: AsyncStream<String>.Continuation

    init() { (replies, input) = AsyncStream.makeStream() }

    func dispatch(replyID: String, partition: String) async throws { input.yield(replyID) }
}

/// The sockets: none here, so pages follow an answer by its log, live.
struct NoSockets: PushClient {
    func push(_ text: String, toUid uid: String) async throws {}
    func bind(clientID: String, uid: String) async throws -> BindResult { .clientGone }
    func unbind(clientID: String, uid: String) async throws -> Bool { false }
}

let port = CommandLine.arguments.dropFirst().first.flatMap { UInt16($0) } ?? 8090
let store = try SQLiteChatStore(path: ProcessInfo.processInfo.environment["CHAT_DATABASE"] ?? "chat.sqlite")
let queue = OneByOne()
let runner = ReplyRunner(store: store, generator: Parrot(), pushClient: NoSockets(), dispatcher: queue)
let sweeper = ReplySweeper(store: store, dispatcher: queue)

var configuration = ChatAPI.Configuration(proof: .notRequired)
configuration.pathPrefix = "/assistant"  // where it lies in this site
configuration.servesPage = false
configuration.onEvent = { event in
    let entry = event.entry
    print(entry.level, entry.message, entry.fields.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
}
let api = try ChatAPI(
    configuration,
    store: store,
    authenticator: SiteSessions(),
    dispatcher: queue,
    pusher: NoSockets()
)

// The worker. A reply that is given twice is done once: the store decides who may answer it.
Task {
    for await reply in queue.replies {
        do {
            _ = try await runner.run(replyID: reply, jobID: reply)
        } catch {
            try? await runner.giveUp(replyID: reply, reason: "\(error)")  // a queue would try again first
        }
    }
}
Task { await sweeper.run() }

try await MyServer(port: port).run { request in
    request.path.hasPrefix("/assistant/")
        ? await api.respond(to: request)
        : ChatResponse(status: 200, headers: [("Content-Type", "text/plain")], body: .bytes(Array("my site\n".utf8)))
}
