#if os(Linux)
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Numbers as people read them: three digits and a unit.
enum Figures {
    /// `1.52 M/s`.
    static func rate(_ perSecond: Double) -> String {
        switch perSecond {
        case 1e6...: "\(digits(perSecond / 1e6)) M/s"
        case 1e3...: "\(digits(perSecond / 1e3)) k/s"
        default: "\(digits(perSecond)) /s"
        }
    }

    /// `0.361 us`.
    static func time(microseconds: Double) -> String {
        switch microseconds {
        case 1e6...: "\(digits(microseconds / 1e6)) s"
        case 1e3...: "\(digits(microseconds / 1e3)) ms"
        default: "\(digits(microseconds)) us"
        }
    }

    /// A round number of microseconds with the unit that suits it: `500 us`, `2 ms`.
    static func axis(microseconds: Double) -> String {
        switch microseconds {
        case 1e6...: "\(round(microseconds / 1e6)) s"
        case 1e3...: "\(round(microseconds / 1e3)) ms"
        default: "\(round(microseconds)) us"
        }
    }

    /// `287 B`.
    static func memory(bytes: Double) -> String {
        bytes < 10_000 ? "\(digits(bytes)) B" : "\(digits(bytes / 1024)) KiB"
    }

    /// `50`, `99.9`.
    static func percent(_ percent: Double) -> String { round(percent) }

    /// A number with at least three digits, and no more places than that takes.
    static func digits(_ value: Double) -> String {
        let size = abs(value)
        return fixed(value, places: size < 0.9995 ? 3 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0)
    }

    /// A number with a number of decimal places.
    static func fixed(_ value: Double, places: Int) -> String {
        let scale = pow(10, Double(places))
        let scaled = Int((abs(value) * scale).rounded())
        let (whole, part) = scaled.quotientAndRemainder(dividingBy: Int(scale))
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(whole)" }
        let zeros = String(repeating: "0", count: places - String(part).count)
        return "\(sign)\(whole).\(zeros)\(part)"
    }

    /// A number without a fraction where it has none.
    private static func round(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
}
#endif
