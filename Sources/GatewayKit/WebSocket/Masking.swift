/// Takes the mask off a client's payload, in place (RFC 6455 5.3).
package enum Masking {
    /// XORs `bytes` with the key, repeated, 32 bytes at a time; the key has the byte for `bytes[0]` lowest.
    package static func apply(_ key: UInt32, to bytes: UnsafeMutableRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        let wide = UInt64(key) << 32 | UInt64(key)
        let block = SIMD4<UInt64>(repeating: wide.littleEndian)
        let count = bytes.count
        var offset = 0
        while offset + 32 <= count {
            let value = base.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt64>.self)
            base.storeBytes(of: value ^ block, toByteOffset: offset, as: SIMD4<UInt64>.self)
            offset += 32
        }
        while offset + 8 <= count {
            let value = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            base.storeBytes(of: value ^ wide.littleEndian, toByteOffset: offset, as: UInt64.self)
            offset += 8
        }
        var rest = wide
        while offset < count {
            bytes[offset] ^= UInt8(truncatingIfNeeded: rest)
            rest >>= 8
            offset += 1
        }
    }

    /// The key for what follows after `count` bytes of a payload.
    package static func rotate(_ key: UInt32, by count: Int) -> UInt32 {
        let bits = UInt32(truncatingIfNeeded: count & 3) * 8
        return bits == 0 ? key : key >> bits | key << (32 - bits)
    }
}
