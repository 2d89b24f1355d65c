#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What is known of where a descriptor writes.
enum Terminal {
    /// Whether a person reads it.
    static func isTerminal(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1
    }

    /// Whether that person wants colours: not with NO_COLOR (no-color.org).
    static func hasColours(_ descriptor: Int32) -> Bool {
        guard isTerminal(descriptor) else { return false }
        guard let wish = getenv("NO_COLOR") else { return true }
        return wish.pointee == 0
    }
}
