/// Numbers as a person reads them in a narrow column.
enum Figure {
    /// As in `1,204`, `12.3M`.
    static func count(_ value: Int) -> String {
        switch value {
        case ..<1_000_000: grouped(value)
        case ..<1_000_000_000: "\(tenths(value, 1_000_000))M"
        default: "\(tenths(value, 1_000_000_000))G"
        }
    }

    /// As in `0 B`, `1.2 MiB`.
    static func bytes(_ value: Int) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB"]
        guard value >= 1024 else { return "\(value) B" }
        var size = 1024
        for unit in units.dropLast() {
            if value < size * 1024 { return "\(tenths(value, size)) \(unit)" }
            size *= 1024
        }
        return "\(tenths(value, size)) \(units[3])"
    }

    /// A time in two units at most, as in `45s`, `3m 20s`, `2d 5h`.
    static func time(_ seconds: Double) -> String {
        let seconds = Int(max(seconds, 0))
        return switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m \(seconds % 60)s"
        case ..<86_400: "\(seconds / 3600)h \(seconds % 3600 / 60)m"
        default: "\(seconds / 86_400)d \(seconds % 86_400 / 3600)h"
        }
    }

    /// One digit behind the point, rounded down so that a unit never reads as the next one.
    private static func tenths(_ value: Int, _ unit: Int) -> String {
        let tenths = Int((Double(value) / Double(unit) * 10).rounded(.down))
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func grouped(_ value: Int) -> String {
        var digits = String(value)
        if digits.count > 3 { digits.insert(",", at: digits.index(digits.endIndex, offsetBy: -3)) }
        return digits
    }
}
