#if os(Linux)
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What is told on standard error while measuring.
enum Progress {
    private static let isTerminal = isatty(STDERR_FILENO) == 1

    /// What is being done; takes the place of what was shown before on a terminal.
    static func show(_ text: String) { put(isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n") }

    /// Something that stays.
    static func say(_ text: String) { put(isTerminal ? "\r\u{1B}[K\(text)\n" : "\(text)\n") }

    /// Nothing is being done any more.
    static func clear() { if isTerminal { put("\r\u{1B}[K") } }

    private static func put(_ text: String) {
        try? Files.write(text.utf8, to: STDERR_FILENO, path: "standard error")
    }
}
#endif
