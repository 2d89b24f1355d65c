#if os(Linux)
import ChatAPIKit
import HostSupport
import PlatformCore

/// How old words are at the stages of their way through hawk.
final class StageTimes: Sendable {
    /// Where words are looked at.
    enum Stage: Int, CaseIterable {
        case received
        case stored
        case pushed
    }

    private let ages = Lock<[[UInt32]]>(.init(repeating: [], count: Stage.allCases.count))

    /// Notes that words of these times are here now.
    func note(_ times: [UInt64], at stage: Stage) {
        guard !times.isEmpty else { return }
        let now = Monotonic.now
        ages.withLock { ages in
            for time in times where time < now { ages[stage.rawValue].append(UInt32(clamping: (now - time) / 1000)) }
        }
    }

    /// Median and 99th percentile of each stage, in microseconds with blanks between; what was noted is forgotten.
    func take() -> String {
        let ages = ages.withLock { ages in
            defer { ages = .init(repeating: [], count: Stage.allCases.count) }
            return ages
        }
        return ages.flatMap { ages -> [UInt32] in
            let sorted = ages.sorted()
            guard let last = sorted.last else { return [0, 0] }
            return [sorted[sorted.count / 2], sorted.count >= 100 ? sorted[sorted.count * 99 / 100] : last]
        }
        .map(String.init).joined(separator: " ")
    }

    /// The ports of a hawk whose words are looked at.
    var observers: PortObservers {
        PortObservers(
            generator: { TimedGenerator(base: $0, stages: self) },
            pusher: { TimedPushClient(base: $0, stages: self) }
        )
    }
}

private struct TimedGenerator: ReplyGenerator {
    let base: any ReplyGenerator
    let stages: StageTimes

    func generate(_ prompt: ReplyPrompt, receive: @Sendable (ReplyPart) -> Void) async throws -> GenerationEnd {
        try await base.generate(prompt) { part in
            stages.note(WordTimes.times(in: part.text), at: .received)
            receive(part)
        }
    }
}

private struct TimedPushClient: PushClient {
    let base: any PushClient
    let stages: StageTimes

    func push(_ text: String, toUid uid: String) async throws {
        // What is pushed has been committed.
        let times = WordTimes.times(inFrame: text)
        stages.note(times, at: .stored)
        try await base.push(text, toUid: uid)
        stages.note(times, at: .pushed)
    }

    func bind(clientID: String, uid: String) async throws -> BindResult {
        try await base.bind(clientID: clientID, uid: uid)
    }

    func unbind(clientID: String, uid: String) async throws -> Bool {
        try await base.unbind(clientID: clientID, uid: uid)
    }
}
#endif
