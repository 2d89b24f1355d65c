import PlatformCore
import ServerCore

/// Makes ids that sort by time and cannot be guessed.
///
/// 48 bits of milliseconds and 80 random bits, as 26 digits of lower-case base32 without i, l, o and u.
package enum Identifier {
    /// An id for something made at `milliseconds` since 1970.
    package static func make(at milliseconds: Int64) -> String {
        make(at: milliseconds, random: Digest.randomBytes(10))
    }

    /// An id from given random bytes, of which the first ten count.
    package static func make(at milliseconds: Int64, random: [UInt8]) -> String {
        precondition(random.count >= 10, "an identifier takes ten random bytes")
        var number = UInt128(UInt64(bitPattern: milliseconds) & 0xFFFF_FFFF_FFFF)
        for byte in random.prefix(10) { number = number << 8 | UInt128(byte) }
        return String(unsafeUninitializedCapacity: length) { buffer in
            for index in (0..<length).reversed() {
                buffer[index] = digits[Int(number & 31)]
                number >>= 5
            }
            return length
        }
    }

    private static let length = 26
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}
