/// Why an answer ended.
public enum FinishReason: Sendable, Hashable {
    /// It was complete.
    case stop
    /// It reached `maxTokens` or the model's limit.
    case length
    /// The server's filter ended it.
    case contentFilter
    /// It asks for tools to be called.
    case toolCalls
    /// The server ran out of something in mid-answer; the client throws `overloaded` then.
    case insufficientSystemResource
    /// The generation was interrupted; the client throws `server` then.
    case aborted
    /// Something newer than this kit, by its name on the wire.
    case other(String)

    /// A reason by its name on the wire.
    public init(_ name: String) {
        self = Self.known.first { $0.name == name } ?? .other(name)
    }

    /// The name on the wire.
    public var name: String {
        switch self {
        case .stop: "stop"
        case .length: "length"
        case .contentFilter: "content_filter"
        case .toolCalls: "tool_calls"
        case .insufficientSystemResource: "insufficient_system_resource"
        case .aborted: "aborted"
        case .other(let name): name
        }
    }

    private static let known: [Self] = [
        .stop, .length, .contentFilter, .toolCalls, .insufficientSystemResource, .aborted,
    ]
}
