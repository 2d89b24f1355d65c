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
            Swift.print(hasColours ? "\u{1B}[0m\n" : "\n")
            isDim = false
        }
        write(isTerminal ? Self.plain(text) : text)
    }

    /// A piece of the thoughts; only for people.
    mutating func showThought(_ text: String) {
        guard isTerminal else { return }
        if !isDim, hasColours { write("\u{1B}[2m") }
        isDim = true
        write(Self.plain(text))
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
        let line = Array("\(Self.plain(text))\n".utf8)
        _ = Self.put(STDERR_FILENO, line, line.count)
    }

    /// The next line typed; nil at the end.
    func ask() -> String? {
        if isTypedInto, isTerminal { write(hasColours ? "\u{1B}[1m>\u{1B}[0m " : "> ") }
        return readLine()
    }

    /// Whether something is piped in, or comes from a file.
    var hasInput: Bool {
        var status = stat()
        guard fstat(STDIN_FILENO, &status) == 0 else { return false }
        return [S_IFIFO, S_IFREG].contains(status.st_mode & S_IFMT)
    }

    /// A text of the server's as a terminal may have it: without what would move, colour, rename or turn it around.
    static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.value {
                    case 0x09, 0x0A: scalar
                    case ..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: "\u{B7}"
                    default: scalar
                    }
                }
            )
        )
    }

    /// A text that is all there is to show.
    func print(_ text: String) {
        write((isTerminal ? Self.plain(text) : text) + "\n")
    }

    /// All of what is piped in.
    func readAll() -> String {
        var text = ""
        while let line = readLine(strippingNewline: false) { text += line }
        return text
    }

    private func write(_ text: String) {
        Swift.print(text, terminator: "")
        if fflush(nil) != 0 { fail("the answer could not be written") }
    }

    #if canImport(Darwin)
    private static let put = Darwin.write
    #elseif canImport(Musl)
    private static let put = Musl.write
    #else
    private static let put = Glibc.write
    #endif
}
