/// Packs bytes in the gzip format (RFC 1952) without making them smaller: what matters here is how they are framed.
struct Gzip {
    private var crc: UInt32 = 0xFFFF_FFFF
    private var count: UInt32 = 0

    /// What a member begins with: deflate, no name, no time, of an unknown system.
    static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]

    /// A member of its own.
    static func member(_ bytes: [UInt8]) -> [UInt8] {
        var gzip = Gzip()
        return header + gzip.pack(bytes) + gzip.end()
    }

    /// The next bytes of a member.
    mutating func pack(_ bytes: [UInt8]) -> [UInt8] {
        var packed: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 0xFFFF) {
            let piece = bytes[start..<min(start + 0xFFFF, bytes.count)]
            packed += Self.block(isLast: false, count: piece.count) + piece
        }
        for byte in bytes { crc = Self.table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ (crc >> 8) }
        count &+= UInt32(truncatingIfNeeded: bytes.count)
        return packed
    }

    /// What a member ends with.
    func end() -> [UInt8] {
        Self.block(isLast: true, count: 0)
            + [~crc, count].flatMap { number in
                (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
            }
    }

    /// RFC 1951 3.2.4: a stored block is its length, that length's complement, and the bytes.
    private static func block(isLast: Bool, count: Int) -> [UInt8] {
        let (low, high) = (UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8))
        return [isLast ? 1 : 0, low, high, ~low, ~high]
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { crc, _ in crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
    }
}
