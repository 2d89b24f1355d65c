#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A moment as the machine's time zone writes it, for people.
package struct LocalTime: Sendable {
    /// As in `2026-11-22`.
    package let date: String
    /// As in `19:30:01`.
    package let time: String

    /// The moment this many milliseconds after the beginning of 1970 (UTC).
    package init(milliseconds: Int64) {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        func text(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        date = "\(parts.tm_year + 1900)-\(text(parts.tm_mon + 1))-\(text(parts.tm_mday))"
        time = "\(text(parts.tm_hour)):\(text(parts.tm_min)):\(text(parts.tm_sec))"
    }
}
