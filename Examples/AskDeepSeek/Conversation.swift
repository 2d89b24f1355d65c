import DeepSeekKit

/// A conversation with the model, shown as it goes.
struct Conversation {
    let client: DeepSeekClient
    let options: Options
    let ctrlC: CtrlC
    private var messages: [ChatMessage]
    private var screen = Screen()

    /// How an answer ended.
    enum Ending: Sendable {
        case complete
        case stopped
        case failed(DeepSeekError)
    }

    init(client: DeepSeekClient, options: Options, ctrlC: CtrlC) {
        self.client = client
        self.options = options
        self.ctrlC = ctrlC
        messages = options.system.map { [.system($0)] } ?? []
    }

    /// Asks line by line until the input ends.
    mutating func run() async {
        if screen.isTypedInto, screen.isTerminal {
            screen.note("\(options.model). Ctrl-C stops an answer, Ctrl-D ends the chat.")
        }
        while let question = screen.ask() {
            guard question.contains(where: { !$0.isWhitespace }) else { continue }
            if case .failed(let error) = await answer(question) { screen.note("deepseek: \(error.advice)") }
        }
    }

    /// Asks one question; what was asked and answered is the history of the next.
    mutating func answer(_ question: String) async -> Ending {
        let stream = client.stream(options.request(messages + [.user(question)]))
        let (start, isJSON) = (screen, options.isJSON)
        let (answer, error) = await ctrlC.stopping {
            var screen = start
            var answer = ChatCompletion()
            do throws(DeepSeekError) {
                for try await event in stream {
                    answer.apply(event)
                    guard !isJSON else { continue }
                    switch event {
                    case .reasoning(let text): screen.showThought(text)
                    case .content(let text): screen.show(text)
                    case .finish: screen.endLine()
                    case .toolCall, .logprobs, .usage: break
                    }
                }
                return (answer, nil as DeepSeekError?)
            } catch {
                if !isJSON, !answer.isEmpty { screen.endLine() }
                return (answer, error)
            }
        }
        // A broken answer without a word is no turn of a conversation.
        if !answer.content.isEmpty { messages += [.user(question), answer.message] }
        guard let error else {
            if isJSON { screen.print(JSONText.of(answer, model: options.model)) }
            return finish(answer)
        }
        return error.code == .cancelled ? .stopped : .failed(error)
    }

    private func finish(_ answer: ChatCompletion) -> Ending {
        if answer.finishReason != .stop, let reason = answer.finishReason?.name {
            screen.note("(it ended early: \(reason))")
        }
        return .complete
    }
}
