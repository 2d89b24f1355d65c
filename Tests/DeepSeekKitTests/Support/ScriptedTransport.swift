import DeepSeekKit
import PlatformCore

/// A transport that plays answers written beforehand, one per request, and keeps the requests.
final class ScriptedTransport: HTTPTransport {
    enum Step: Sendable {
        case bytes([UInt8])
        case fail(TransportFailure)
        /// These bytes again and again, without a pause.
        case flood(String)
        /// Nothing more comes; the deadline passes.
        case stall

        static func text(_ text: String) -> Self { .bytes(Array(text.utf8)) }
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [TransportHeader] = [.init("Content-Type", "text/event-stream")]
        var steps: [Step] = []
        /// Thrown instead of a head.
        var failure: TransportFailure?

        /// A stream of these SSE data lines, each in a read of its own.
        static func stream(_ data: String...) -> Self {
            Self(steps: data.map { .text("data: \($0)\n\n") })
        }

        /// A body with a status.
        static func page(_ status: Int, _ body: String, _ headers: TransportHeader...) -> Self {
            Self(status: status, headers: headers, steps: [.text(body)])
        }

        static func failing(_ reason: TransportFailure.Reason, _ text: String = "scripted") -> Self {
            Self(failure: TransportFailure(reason, text))
        }
    }

    private let answers: Lock<ArraySlice<Answer>>
    private let sent = Lock<[TransportRequest]>([])
    private let live = Lock<[Body]>([])

    init(_ answers: Answer...) {
        self.answers = Lock(answers[...])
    }

    var requests: [TransportRequest] { sent.withLock { $0 } }
    var bodies: [Body] { live.withLock { $0 } }

    func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportResponse {
        sent.withLock { $0.append(request) }
        guard let answer = answers.withLock({ $0.popFirst() }) else {
            throw TransportFailure(.interrupted, "the script has no more answers")
        }
        if let failure = answer.failure { throw failure }
        let body = Body(answer.steps)
        live.withLock { $0.append(body) }
        return TransportResponse(status: answer.status, headers: answer.headers, body: body)
    }

    final class Body: TransportBody {
        private let steps: Lock<ArraySlice<Step>>
        private let waits = Lock<[ContinuousClock.Instant]>([])
        private let end = Lock<String?>(nil)

        init(_ steps: [Step]) { self.steps = Lock(steps[...]) }

        /// `finished` or `cancelled`, if told.
        var ending: String? { end.withLock { $0 } }
        /// The deadlines it was asked with.
        var deadlines: [ContinuousClock.Instant] { waits.withLock { $0 } }

        func next(before deadline: ContinuousClock.Instant) async throws(TransportFailure) -> [UInt8]? {
            waits.withLock { $0.append(deadline) }
            if Task.isCancelled { throw TransportFailure(.cancelled) }
            if case .flood(let text) = steps.withLock({ $0.first }) { return Array(text.utf8) }
            switch steps.withLock({ $0.popFirst() }) {
            case .bytes(let bytes): return bytes
            case .fail(let failure): throw failure
            case .stall: throw TransportFailure(.deadline)
            case .flood, nil: return nil
            }
        }

        func finish() { end.withLock { $0 = $0 ?? "finished" } }
        func cancel() { end.withLock { $0 = $0 ?? "cancelled" } }
    }
}
