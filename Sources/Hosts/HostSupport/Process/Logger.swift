package import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes log lines to stderr: for people on a terminal, as JSON otherwise.
package struct Logger: Sendable {
    /// How a line looks.
    package enum Format: Sendable {
        /// `12:34:56.789 INFO    gateway  listening  address=127.0.0.1:8282`, with colours on a terminal.
        case text
        /// One JSON object a line, times in milliseconds since 1970.
        case json
    }

    private let level: LogLevel
    private let format: Format
    private let hasColours: Bool
    private let clock: WallClock

    /// Makes a logger; a format of nil is decided by whether stderr is a terminal.
    package init(level: LogLevel, format: Format?, clock: WallClock = .system) {
        self.level = level
        self.format = format ?? (Terminal.isTerminal(STDERR_FILENO) ? .text : .json)
        hasColours = Terminal.hasColours(STDERR_FILENO)
        self.clock = clock
    }

    /// Writes a line, if its level is wanted.
    ///
    /// One system call, so that lines of several threads do not mix.
    package func log(_ line: LogLine) {
        guard line.level >= level else { return }
        var bytes = Array(rendered(line).utf8)
        bytes.append(UInt8(ascii: "\n"))
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    func rendered(_ line: LogLine) -> String {
        switch format {
        case .text: text(line)
        case .json: json(line)
        }
    }

    private func text(_ line: LogLine) -> String {
        let time = clock.now()
        let clockText = "\(LocalTime(milliseconds: time).time).\(padded(Int(time % 1000), 3))"
        let name = String(describing: line.level).uppercased()
        let level = name + String(repeating: " ", count: max(0, 7 - name.count))
        let label = line.label + String(repeating: " ", count: max(0, 8 - line.label.count))
        let fields = line.fields.map { "  \(coloured($0.name + "=", 2))\(visible($0.value))" }.joined()
        return "\(coloured(clockText, 2)) \(coloured(level, colour(line.level))) \(coloured(label, 2)) "
            + visible(line.message) + fields
    }

    private func json(_ line: LogLine) -> String {
        var members = [
            "\"time\":\(clock.now())", "\"level\":\(quoted(String(describing: line.level)))",
            "\"label\":\(quoted(line.label))", "\"message\":\(quoted(line.message))",
        ]
        members += line.fields.map { "\(quoted($0.name)):\(quoted($0.value))" }
        return "{\(members.joined(separator: ","))}"
    }

    private func colour(_ level: LogLevel) -> Int {
        switch level {
        case .debug: 2
        case .info: 32
        case .warning: 33
        case .error: 31
        }
    }

    private func coloured(_ text: String, _ code: Int) -> String {
        hasColours ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Control characters would let a peer's text forge lines or move the cursor.
    private func visible(_ text: String) -> String {
        text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? quoted(text) : text
    }

    private func quoted(_ text: String) -> String {
        var output = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += "\\\""
            case "\\": output += "\\\\"
            case "\n": output += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output + "\""
    }
}
