/// Something that is asked of the server: where it goes and what it says, the same for every attempt.
protocol APIRequest: Sendable {
    /// The model that is asked; nil for what no model answers.
    var modelName: String? { get }
    /// What names it in events, and at the server.
    var requestID: String? { get }
    /// Where it goes, below the base address.
    var path: String { get }
    /// Whether only the beta address takes it.
    var isBeta: Bool { get }
    /// Whether an answer without a word may be the right one.
    var mayAnswerEmpty: Bool { get }
    /// Throws for what the API is known to refuse.
    func check() throws(DeepSeekError)
    /// What is posted; nil for a `GET`.
    func body(isStreaming: Bool) throws(DeepSeekError) -> [UInt8]?
}

/// A question that has no body and no model: `GET`.
struct Inquiry: APIRequest {
    let path: String

    var modelName: String? { nil }
    var requestID: String? { nil }
    var isBeta: Bool { false }
    var mayAnswerEmpty: Bool { false }

    func check() throws(DeepSeekError) {}
    func body(isStreaming: Bool) throws(DeepSeekError) -> [UInt8]? { nil }
}
