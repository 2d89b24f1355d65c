import GatewayKit
import Testing

struct MaskingTests {
    @Test func `unmasking equals the definition at every length and offset`() {
        let key: [UInt8] = [0xDE, 0xAD, 0xBE, 0xEF]
        let number: UInt32 = 0xEFBE_ADDE  // the first byte lowest
        for length in 0..<80 {
            for offset in 0..<9 {
                var bytes = (0..<(length + offset)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
                let expected = bytes.enumerated().map { $0 < offset ? $1 : $1 ^ key[($0 - offset) % 4] }
                bytes.withUnsafeMutableBytes {
                    Masking.apply(number, to: UnsafeMutableRawBufferPointer(rebasing: $0[offset...]))
                }
                #expect(bytes == expected)
            }
        }
    }

    @Test func `the key goes on where the part before it ended`() {
        #expect(Masking.rotate(0x4433_2211, by: 0) == 0x4433_2211)
        #expect(Masking.rotate(0x4433_2211, by: 1) == 0x1144_3322)
        #expect(Masking.rotate(0x4433_2211, by: 6) == 0x2211_4433)
    }
}
