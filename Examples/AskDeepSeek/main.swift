import DeepSeekKit

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Says why on stderr and ends the program.
func fail(_ reason: String, code: Int32 = 1) -> Never {
    Screen().note("deepseek: \(reason)")
    exit(code)
}

func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
}

let options: Options
do throws(Options.Mistake) {
    guard let read = try Options.read(CommandLine.arguments.dropFirst()) else {
        print(Options.help)
        exit(0)
    }
    options = read
} catch {
    fail("\(error.text); see deepseek --help", code: 64)
}

let key = environment("DEEPSEEK_API_KEY")
let baseURL = options.baseURL ?? environment("DEEPSEEK_BASE_URL")
if key == nil, baseURL == nil {
    fail(
        """
        DEEPSEEK_API_KEY is not set: make a key at https://platform.deepseek.com/api_keys,
          or try it without one: swift run deepseek-simulator, and here --base-url http://127.0.0.1:8000
        """
    )
}
var configuration = DeepSeekClient.Configuration()
if let baseURL { configuration.baseURL = baseURL }
let transport = CurlTransport(certificateAuthorityFile: options.authority)
let client = DeepSeekClient(apiKey: key ?? "", configuration: configuration, transport: transport)
let ctrlC = CtrlC()

do throws(DeepSeekError) {
    try client.validate()
    switch options.task {
    case .listModels:
        let models = try await client.models()
        Screen().print(options.isJSON ? JSONText.of(models) : models.map(\.id).joined(separator: "\n"))
    case .showBalance:
        let balance = try await client.balance()
        let lines = balance.amounts.map { "\($0.total) \($0.currency) (\($0.granted) of it given)" }
        Screen().print(options.isJSON ? JSONText.of(balance) : lines.joined(separator: "\n"))
    case .chat where Screen().isTypedInto:
        var conversation = Conversation(client: client, options: options, ctrlC: ctrlC)
        await conversation.run()
    case .chat:
        try await answerOnce(Screen().readAll())
    case .ask(let question):
        // As in: git diff | deepseek "Review this"
        let input = Screen().hasInput ? Screen().readAll() : ""
        try await answerOnce(input.isEmpty ? question : "\(question)\n\n\(input)")
    }
} catch {
    fail(error.advice)
}

@MainActor
func answerOnce(_ question: String) async throws(DeepSeekError) {
    guard question.contains(where: { !$0.isWhitespace }) else {
        fail("there is no question: give one, or pipe it in; see deepseek --help", code: 64)
    }
    var conversation = Conversation(client: client, options: options, ctrlC: ctrlC)
    switch await conversation.answer(question) {
    case .complete: break
    case .stopped: exit(130)
    case .failed(let error): throw error
    }
}
