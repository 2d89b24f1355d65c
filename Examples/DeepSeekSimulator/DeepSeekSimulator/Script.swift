internal import PlatformCore

/// What is answered instead of what the simulator would make up.
public struct Script: Sendable {
    private let find: @Sendable (RecordedRequest) -> ScriptedAnswer?

    /// Answers as `choose` says; nil leaves a request to the simulator.
    ///
    /// Called for every chat completion and FIM completion, from the simulator's thread.
    public init(_ choose: @escaping @Sendable (RecordedRequest) -> ScriptedAnswer?) {
        find = choose
    }

    /// Answers from a list: each request gets the first answer that is for it and has not been given `times` times.
    ///
    /// When there is none left, the simulator makes one up.
    public init(_ answers: [ScriptedAnswer]) {
        let given = Lock([Int](repeating: 0, count: answers.count))
        find = { request in
            given.withLock { given in
                let index = answers.indices.first { index in
                    let answer = answers[index]
                    return given[index] < answer.times ?? .max
                        && answer.when.map { request.question?.text.contains($0) == true } ?? true
                }
                guard let index else { return nil }
                given[index] += 1
                return answers[index]
            }
        }
    }

    func answer(to request: RecordedRequest) -> ScriptedAnswer? { find(request) }
}
