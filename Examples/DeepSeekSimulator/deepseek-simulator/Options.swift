import DeepSeekSimulator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the command line says.
struct Options {
    enum Reading {
        case run(Options)
        case help
        case wrong(String)
    }

    var configuration = DeepSeekSimulator.Configuration(listen: "127.0.0.1:8000")

    static func read(_ arguments: [String]) -> Reading {
        var options = Options()
        var rest = arguments[...]
        while let flag = rest.popFirst() {
            if flag == "--help" || flag == "-h" { return .help }
            guard let value = rest.popFirst() else { return .wrong("\(flag) is unknown or needs a value") }
            switch flag {
            case "--listen":
                options.configuration.listen = value
            case "--token-interval":
                guard let pause = milliseconds(value) else { return .wrong("\(flag) wants milliseconds, not \(value)") }
                options.configuration.tokenInterval = pause
            case "--keep-alive-interval":
                guard let pause = milliseconds(value), pause > .zero else {
                    return .wrong("\(flag) wants milliseconds, not \(value)")
                }
                options.configuration.keepAliveInterval = pause
            case "--answers":
                do throws(ScriptError) {
                    options.configuration.script = try Script(contentsOf: value)
                } catch {
                    return .wrong("\(flag): \(error)")
                }
            case "--key":
                options.configuration.apiKey = value
            default:
                return .wrong("\(flag) is unknown")
            }
        }
        return .run(options)
    }

    /// Writes a line to stderr.
    static func complain(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    static var help: String {
        let width = DeepSeekSimulator.faults.map(\.words.count).max() ?? 0
        let faults = DeepSeekSimulator.faults.map { words, effect in
            "  \(words)\(String(repeating: " ", count: width - words.count))  \(effect)"
        }
        return """
            deepseek-simulator: speaks the DeepSeek API and makes its answers up.

            Usage: deepseek-simulator [--listen 127.0.0.1:8000] [--answers FILE] …

              --listen ADDRESS:PORT     where to listen; port 0 takes a free one (default 127.0.0.1:8000)
              --token-interval MS       milliseconds between two words (default 20)
              --keep-alive-interval MS  milliseconds between two keep-alives of [[slow]] (default 200)
              --answers FILE            answers written beforehand, as docs/simulator.md describes
              --key KEY                 the only key that is accepted (default any)
              --help                    this text

            GET /recorded shows what was received, DELETE /recorded forgets it. SIGTERM or Ctrl-C ends it. Words in a question make its answer go wrong:

            \(faults.joined(separator: "\n"))

            With x2 inside, as in [[error 503 x2]], only the first two requests with that question do.
            """
    }

    private static func milliseconds(_ text: String) -> Duration? {
        let digits = text.hasSuffix("ms") ? text.dropLast(2) : text[...]
        return Int(digits).flatMap { (0...3_600_000).contains($0) ? .milliseconds($0) : nil }
    }
}
