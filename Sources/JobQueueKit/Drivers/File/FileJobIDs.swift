import PlatformCore

/// Makes identities that sort by the time of pushing: milliseconds, a counter, 48 random bits, in hexadecimal.
final class FileJobIDs: Sendable {
    private let last = Lock((time: Int64(0), count: 0))

    func next(now: Int64) -> String {
        let (time, count) = last.withLock { last in
            if now > last.time {
                last = (now, 0)
            } else if last.count == 0xFFFF {
                last = (last.time + 1, 0)
            } else {
                last.count += 1
            }
            return last
        }
        let random = UInt64.random(in: 0..<1 << 48)
        return Self.hex(UInt64(max(time, 0)), 12) + Self.hex(UInt64(count), 4) + Self.hex(random, 12)
    }

    /// When a job was pushed, in milliseconds since 1970; nil for an identity that is none.
    static func time(of id: String) -> Int64? { Int64(id.prefix(12), radix: 16) }

    private static func hex(_ number: UInt64, _ digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }
}
