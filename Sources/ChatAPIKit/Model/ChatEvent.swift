package import PlatformCore

/// What happens inside the chat, for logs and metrics; never carries a content, a token or a proof.
///
/// `requestID` is the `X-Request-Id` under which the reply was asked for, where one is known: it is the same in whatever
/// process the event happens.
public enum ChatEvent: Sendable {
    /// A question, or a wish for another answer, was stored with its waiting reply.
    case replyAccepted(replyID: String, conversationID: String, requestID: String?)
    /// A worker took a reply, by a job of the queue.
    case attemptStarted(replyID: String, attempt: Int, jobID: String, requestID: String?)
    /// An attempt ended in an error; the queue decides whether there is another.
    case attemptFailed(replyID: String, attempt: Int, cause: String, requestID: String?)
    /// A worker lost a reply: it was stopped, deleted, or taken by another worker.
    case attemptLost(replyID: String, attempt: Int, requestID: String?)
    /// A reply ended well.
    case replyFinished(replyID: String, attempt: Int, finishReason: String, requestID: String?)
    /// A reply was given up.
    case replyFailed(replyID: String, code: String, cause: String, requestID: String?)
    /// A push reached no gateway; the log has what it carried.
    case pushFailed(requestID: String?, cause: String)
    /// A reply could not be given to the queue; the sweeper tries again.
    case dispatchFailed(replyID: String, cause: String, requestID: String?)
    /// The sweeper gave replies to the queue that nobody seemed to have.
    case swept(count: Int)
    /// A conversation keeps its title: none could be made.
    case titleFailed(conversationID: String, cause: String)
    /// Conversations that nobody had asked in for long were removed.
    case conversationsExpired(count: Int)
    /// A look at the store failed; it is repeated.
    case storeFailed(attempted: String, cause: String)
    /// No gateway answered a bind or an unbind; the page tries again.
    case gatewayUnavailable(cause: String)
    /// A request met broken machinery and was answered with 500.
    case requestFailed(requestID: String, cause: String)

    /// The event in words, for a log of yours: what happened, and facts beside it.
    ///
    /// The level is `debug`, `info`, `warning` or `error`, as in swift-log: `Logger.Level(rawValue: event.entry.level)`.
    public var entry: (level: String, message: String, fields: [(name: String, value: String)]) { line.entry }

    /// The event as a line for a log.
    package var line: LogLine {
        switch self {
        case .replyAccepted(let reply, let conversation, let request):
            LogLine(.info, "chat", "reply wanted", ["reply": reply, "conversation": conversation], request)
        case .attemptStarted(let reply, let attempt, let job, let request):
            LogLine(.info, "chat", "reply taken", ["reply": reply, "attempt": "\(attempt)", "job": job], request)
        case .attemptFailed(let reply, let attempt, let cause, let request):
            LogLine(
                .warning,
                "chat",
                "attempt failed",
                ["reply": reply, "attempt": "\(attempt)", "cause": cause],
                request
            )
        case .attemptLost(let reply, let attempt, let request):
            LogLine(.info, "chat", "reply stopped or taken over", ["reply": reply, "attempt": "\(attempt)"], request)
        case .replyFinished(let reply, let attempt, let reason, let request):
            LogLine(
                .info,
                "chat",
                "reply finished",
                ["reply": reply, "attempt": "\(attempt)", "reason": reason],
                request
            )
        case .replyFailed(let reply, let code, let cause, let request):
            LogLine(.error, "chat", "reply failed", ["reply": reply, "code": code, "cause": cause], request)
        case .pushFailed(let request, let cause):
            LogLine(.warning, "chat", "push failed", ["cause": cause], request)
        case .dispatchFailed(let reply, let cause, let request):
            LogLine(.warning, "chat", "reply not dispatched", ["reply": reply, "cause": cause], request)
        case .swept(let count):
            LogLine(.debug, "chat", "replies dispatched by the sweeper", ["count": "\(count)"])
        case .titleFailed(let conversation, let cause):
            LogLine(.info, "chat", "no title made", ["conversation": conversation, "cause": cause])
        case .conversationsExpired(let count):
            LogLine(.info, "chat", "old conversations removed", ["count": "\(count)"])
        case .storeFailed(let attempted, let cause):
            LogLine(.error, "chat", "store failed", ["attempted": attempted, "cause": cause])
        case .gatewayUnavailable(let cause):
            LogLine(.warning, "chat", "no gateway to bind at", ["cause": cause])
        case .requestFailed(let request, let cause):
            LogLine(.error, "chat", "request failed", ["cause": cause], request)
        }
    }
}
