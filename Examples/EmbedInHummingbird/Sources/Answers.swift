import ChatAPIKit
import Foundation
import GatewayKit
import JobQueueKit

/// The chat's queue: a job for each answer.
struct Answers: JobDispatcher {
    struct Answer: Job {
        static let name = "answer"
        let reply: String
    }

    let queue: JobQueue

    func dispatch(replyID: String, partition: String) async throws {
        try await queue.push(
            Answer(reply: replyID),
            .init(ttr: .seconds(1800), attempts: 3, uniqueKey: replyID, partition: partition)
        )
    }
}

extension ReplyRunner {
    /// What the worker does with such a job.
    var handler: JobHandler {
        JobHandler(
            Answers.Answer.self,
            onFailed: { job, _, reason in try await giveUp(replyID: job.reply, reason: reason) },
            run: { job, context in
                switch try await run(replyID: job.reply, jobID: context.id.description) {
                case .done: .done
                case .snooze(let time): .snooze(time)
                }
            }
        )
    }
}

/// The chat's sockets: those of the gateway in this process.
struct Sockets: PushClient {
    let gateway: Gateway

    func push(_ text: String, toUid uid: String) async throws { try await gateway.client.send(text, to: .uid(uid)) }

    func bind(clientID: String, uid: String) async throws -> BindResult {
        guard let client = ClientID(clientID) else { return .clientGone }
        return try await gateway.client.bind(uid: uid, to: client) ? .bound : .clientGone
    }

    func unbind(clientID: String, uid: String) async throws -> Bool {
        guard let client = ClientID(clientID), try await gateway.client.uid(of: client) == uid else { return false }
        try await gateway.client.unbind(client)
        return true
    }
}

/// Who asks: the site's own sessions.
struct SiteSessions: Authenticator {
    func uid(of request: ChatRequest) async throws -> String {
        for field in request.values(of: "Cookie") where field.hasPrefix("session=") {
            return String(field.dropFirst("session=".count))  // a real site looks it up
        }
        throw AuthenticationFailure(code: "signed_out", message: "sign in first", isTokenInvalid: false)
    }
}

/// The model; DeepSeekKit's client takes its place.
struct Parrot: ReplyGenerator {
    func generate(_ prompt: ReplyPrompt, receive: @Sendable (ReplyPart) -> Void) async throws -> GenerationEnd {
        for word in "You said: \(prompt.messages.last?.text ?? "")".split(separator: " ") {
            try await Task.sleep(for: .milliseconds(30))
            receive(.content("\(word) "))
        }
        return GenerationEnd(finishReason: "stop")
    }
}
