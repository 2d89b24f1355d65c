#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where answers are shown: dimmed and coloured on a terminal, plain elsewhere.
struct Screen {
    /// Whether a person is looking.
    let isTerminal = isatty(STDOUT_FILENO) == 1
    /// Whether a person is typing.
    let isTypedInto = isatty(STDIN_FILENO) == 1
    private let hasColours: Bool
    private var isDim = false

    init() {
        let isPlain = getenv("NO_COLOR") != nil || getenv("TERM").map { String(cString: $0) } == "dumb"
        hasColours = isTerminal && !isPlain
    }

    /// A piece of the answer.
    mutating func show(_ text: String) {
        if isDim {
            print(hasColours ? "\u{1B}[0m\n" : "\n")
            isDim = false
        }
        write(text)
    }

    /// A piece of the thoughts; only for people.
    mutating func showThought(_ text: String) {
        guard isTerminal else { return }
        if !isDim, hasColours { write("\u{1B}[2m") }
        isDim = true
        write(text)
    }

    /// Ends the line, and the dimming.
    mutating func endLine() {
        if isDim, hasColours { write("\u{1B}[0m") }
        isDim = false
        write("\n")
    }

    /// A line beside the answers: on stderr.
    func note(_ text: String) {
        fflush(nil)
        let line = Array("\(text)\n".utf8)
        _ = Self.put(STDERR_FILENO, line, line.count)
    }

    /// The next line typed; nil at the end.
    func ask() -> String? {
        if isTypedInto, isTerminal { write(hasColours ? "\u{1B}[1m>\u{1B}[0m " : "> ") }
        return readLine()
    }

    /// All of what is piped in.
    func readAll() -> String {
        var text = ""
        while let line = readLine(strippingNewline: false) { text += line }
        return text
    }

    private func write(_ text: String) {
        print(text, terminator: "")
        fflush(nil)
    }

    #if canImport(Darwin)
    private static let put = Darwin.write
    #elseif canImport(Musl)
    private static let put = Musl.write
    #else
    private static let put = Glibc.write
    #endif
}
