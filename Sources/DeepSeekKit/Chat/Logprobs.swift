/// How likely the tokens of an answer were, as natural logarithms: when `logprobs` was asked for.
public struct Logprobs: Sendable, Hashable {
    /// The tokens of the answer's text.
    public var content: [Token]
    /// The tokens of the thoughts, from servers that tell them.
    public var reasoning: [Token]

    /// Lists of tokens.
    public init(content: [Token] = [], reasoning: [Token] = []) {
        self.content = content
        self.reasoning = reasoning
    }

    /// One token and what else might have stood in its place.
    public struct Token: Sendable, Hashable {
        /// Its text; a part of a character may be shown as a replacement: see `bytes`.
        public var text: String
        /// The logarithm of its probability; nil when the server tells none.
        public var logprob: Double?
        /// Its bytes in UTF-8, when the server tells them.
        public var bytes: [UInt8]?
        /// The likeliest tokens in this place, as many as `topLogprobs` asked for.
        public var top: [Token]

        /// A token by its parts.
        public init(text: String, logprob: Double?, bytes: [UInt8]? = nil, top: [Token] = []) {
            self.text = text
            self.logprob = logprob
            self.bytes = bytes
            self.top = top
        }
    }
}

extension Logprobs: Decodable {
    /// Decodes the object of a chat, or that of a FIM answer, which is a list per property.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyName.self)
        guard let texts: [String] = try fields.value("tokens") else {
            self.init(
                content: try fields.value("content") ?? [],
                reasoning: try fields.value("reasoning_content") ?? []
            )
            return
        }
        let logprobs: [Double?] = try fields.value("token_logprobs") ?? []
        let tops: [[String: Double]?] = (try? fields.value("top_logprobs")) ?? []
        self.init(
            content: texts.enumerated().map { index, text in
                let top = index < tops.count ? tops[index] ?? [:] : [:]
                return Token(
                    text: text,
                    logprob: index < logprobs.count ? logprobs[index] : nil,
                    top: top.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
                        .map { Token(text: $0.key, logprob: $0.value) }
                )
            }
        )
    }
}

extension Logprobs.Token: Decodable {
    /// Decodes one token of a chat's list.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyName.self)
        self.init(
            text: try fields.value("token") ?? "",
            logprob: try fields.value("logprob"),
            bytes: try fields.value("bytes"),
            top: try fields.value("top_logprobs") ?? []
        )
    }
}
