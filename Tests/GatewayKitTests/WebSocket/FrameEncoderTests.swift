import GatewayKit
import Testing

struct FrameEncoderTests {
    @Test(
        arguments: [
            (0, [0x81, 0]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]), (65535, [0x81, 126, 255, 255]),
            (65536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])]
    )
    func `a text is framed with the shortest length, unmasked`(count: Int, header: [UInt8]) {
        let text = String(repeating: "x", count: count)
        #expect(EncodedFrame(.text(text)).bytes == header + Array(text.utf8))
    }

    @Test func `binary has its own opcode, and raw bytes are left alone`() {
        #expect(EncodedFrame(.binary([1, 2])).bytes == [0x82, 2, 1, 2])
        #expect(([9, 9] as [UInt8]).withUnsafeBytes { EncodedFrame(raw: $0) }.bytes == [9, 9])
        #expect(([0xFF] as [UInt8]).withUnsafeBytes { EncodedFrame(text: $0) }.bytes == [0x81, 1, 0xFF])
    }

    @Test func `a close frame carries its code, and a reason cut at a character's edge`() {
        #expect(FrameEncoder.closePayload(.normal, reason: "bye") == [3, 232] + Array("bye".utf8))
        let cut = FrameEncoder.closePayload(.goingAway, reason: String(repeating: "ä", count: 100))
        #expect(cut == [3, 233] + Array(String(repeating: "ä", count: 61).utf8))
        #expect(FrameEncoder.closePayload(.noStatus).isEmpty)
    }
}
