import DeepSeekKit

/// What the command line says.
struct Options {
    /// What to do.
    enum Task {
        /// Answer this, and end.
        case ask(String)
        /// Answer what is typed, line by line.
        case chat
        case listModels
        case showBalance
    }

    /// A command line that makes no sense.
    struct Mistake: Error {
        let text: String
    }

    var task = Task.chat
    var model = "deepseek-flash"
    var system: String?
    var thinks = true
    var isJSON = false
    var baseURL: String?
    var authority: String?

    static let help = """
        deepseek: asks a model and shows its answer as it comes.

        Usage: deepseek [options] "question"     answers it
               deepseek [options]                a chat: type, Ctrl-D ends it

          --model NAME       the model (deepseek-flash)
          --system TEXT      an instruction above the conversation
          --no-thinking      answers at once, without thoughts
          --json             prints answers, models and balance as JSON
          --list-models      the models of the account
          --balance          what is left on the account
          --base-url URL     another server of the same shape, such as http://127.0.0.1:8000/v1
          --ca FILE          the authorities to trust, in PEM, for a server with a private certificate
          --help             this text

        The key is read from DEEPSEEK_API_KEY, the address also from DEEPSEEK_BASE_URL. Thoughts are shown, dimmed, on
        terminals only. Ctrl-C stops the answer; once more, or while nothing is answered, it ends the program (130).
        """

    /// Reads the arguments; nil when the help is asked for.
    static func read(_ arguments: some Sequence<String>) throws(Mistake) -> Options? {
        var options = Options()
        var words: [String] = []
        var rest = Array(arguments)[...]
        func value(_ flag: String) throws(Mistake) -> String {
            guard let value = rest.popFirst() else { throw Mistake(text: "\(flag) needs a value") }
            return value
        }
        while let word = rest.popFirst() {
            switch word {
            case "--help", "-h": return nil
            case "--model": options.model = try value(word)
            case "--system": options.system = try value(word)
            case "--base-url": options.baseURL = try value(word)
            case "--ca": options.authority = try value(word)
            case "--no-thinking": options.thinks = false
            case "--json": options.isJSON = true
            case "--list-models": options.task = .listModels
            case "--balance": options.task = .showBalance
            case "--":
                words += rest
                rest = []
            case _ where word.hasPrefix("-"): throw Mistake(text: "\(word) is unknown")
            default: words.append(word)
            }
        }
        guard !words.isEmpty else { return options }
        guard case .chat = options.task else { throw Mistake(text: "either a question or a list, not both") }
        options.task = .ask(words.joined(separator: " "))
        return options
    }

    /// The question about the messages so far.
    func request(_ messages: [ChatMessage]) -> ChatCompletionRequest {
        .init(model: model, messages: messages.readyToSend(), thinking: thinks ? nil : .disabled)
    }
}
