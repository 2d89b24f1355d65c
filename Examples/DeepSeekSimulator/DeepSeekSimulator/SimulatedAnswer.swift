/// What the simulator says: thoughts and a text in Markdown, cut into words as a model's tokens are.
///
/// The same question gets the same answer.
struct SimulatedAnswer {
    /// The thoughts, word by word; empty without thinking.
    let reasoning: [String]
    /// The text, word by word; joined they are the text.
    let content: [String]

    /// The answer to a question.
    ///
    /// - Parameters:
    ///   - question: what was asked.
    ///   - length: how many words to make at least; nil for the usual hundred and twenty.
    init(to question: Question, length: Int? = nil) {
        var words = Self.words(question.isGap ? Self.gap(question) : Self.text(question))
        var paragraph = 0
        while words.count < length ?? 0 {
            paragraph += 1
            words += Self.words("\n\nParagraph \(paragraph) of more: \(Self.filler)")
        }
        content = words
        reasoning = question.isThinking ? Self.words(Self.thoughts(question)) : []
    }

    /// It as steps.
    var steps: [ScriptedAnswer.Step] { reasoning.map { .reasoning($0) } + content.map { .content($0) } }

    private static func gap(_ question: Question) -> String {
        "/* simulated: \(question.nonce), after \(question.text.utf8.count) bytes of prompt */"
    }

    private static func text(_ question: Question) -> String {
        let count = question.messages.count
        return """
            ## A simulated answer

            This is the **DeepSeek simulator**, not a model. It runs on your own machine, so that everything around the \
            model can be tried without an account. What you see arrives word by word, as a real answer does.

            What it knows of your question:

            - the nonce of your message is `\(question.nonce)`
            - the request carried **\(count) \(count == 1 ? "message" : "messages")**, earlier ones included
            - the model asked for was `\(question.model)`\(toolResult(question))

            A block of code, so that there is something to look at:

            ```swift
            let deepseek = DeepSeekClient(apiKey: key)
            for try await event in deepseek.stream(request) {
                print(event)
            }
            ```

            To talk to the real model, set `DEEPSEEK_API_KEY` and start again: nothing else changes.
            """
    }

    private static func toolResult(_ question: Question) -> String {
        guard let last = question.messages.last, last.role == "tool" else { return "" }
        return "\n- the tool said `\(last.content.prefix(200))`"
    }

    private static func thoughts(_ question: Question) -> String {
        """
        Somebody asks me something, and I am only a simulator. I count the messages (\(question.messages.count)), \
        look for a nonce, and say plainly what I am.
        """
    }

    private static let filler = """
        nothing here was thought by anyone, and it only serves to make the answer as long as the question asked for, so \
        that long streams, slow readers and full screens can be tried as well.
        """

    /// Cuts a text before each word, so that the blanks belong to the word that follows them.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var current = ""
        for character in text {
            if character.isWhitespace, current.last?.isWhitespace == false {
                words.append(current)
                current = ""
            }
            current.append(character)
        }
        return current.isEmpty ? words : words + [current]
    }
}
