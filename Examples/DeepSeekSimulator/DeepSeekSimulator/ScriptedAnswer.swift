/// An answer written beforehand, step by step; given streamed or whole, as the request asks.
///
/// ```swift
/// let answers: [ScriptedAnswer] = [
///     .init([.toolCall(name: "weather", arguments: #"{"city":"Oslo"}"#)]),
///     .init([.reasoning("Cold."), .content("It is "), .pause(.milliseconds(200)), .content("2 °C.")]),
///     .init(status: 429, headers: ["Retry-After": "1"]),
/// ]
/// ```
public struct ScriptedAnswer: Sendable, Hashable {
    /// What is said or done next.
    public enum Step: Sendable, Hashable {
        /// A piece of the thoughts.
        case reasoning(String)
        /// A piece of the answer.
        case content(String)
        /// A call of a function; its arguments are JSON text, streamed in several pieces.
        case toolCall(name: String, arguments: String)
        /// The end, for this reason.
        ///
        /// Without one, and without `event`, `raw` or a break, an answer ends with `stop`, or `tool_calls`.
        case finish(String)
        /// A `data:` event with this text, which may be anything; of a whole answer, all of its body.
        case event(String)
        /// These bytes of the body as they are.
        case raw([UInt8])
        /// Nothing for a while.
        case pause(Duration)
        /// Nothing until the client goes.
        case stall
        /// The connection closes in mid-body.
        case cut
        /// The connection is reset.
        case reset
    }

    /// For questions with this text in them; nil for any.
    public var when: String?
    /// For how many requests; nil for any number.
    public var times: Int?
    /// The status; others than 200 have the API's error body unless a step gives another.
    public var status: Int
    /// More headers, or others.
    public var headers: [String: String]
    /// What is said; nil for what the simulator makes up.
    public var steps: [Step]?
    /// Faults in double brackets that hold for this answer: see `DeepSeekSimulator.faults`.
    public var faults: String

    /// An answer; without anything it is the one that the simulator makes up, once.
    public init(
        _ steps: [Step]? = nil,
        when: String? = nil,
        times: Int? = 1,
        status: Int = 200,
        headers: [String: String] = [:],
        faults: String = ""
    ) {
        self.steps = steps
        self.when = when
        self.times = times
        self.status = status
        self.headers = headers
        self.faults = faults
    }
}

extension ScriptedAnswer.Step {
    /// Whether it says how the answer ends, so that nothing is added.
    var isEnd: Bool {
        switch self {
        case .reasoning, .content, .toolCall, .pause: false
        case .finish, .event, .raw, .stall, .cut, .reset: true
        }
    }
}
