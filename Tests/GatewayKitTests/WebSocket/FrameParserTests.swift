import GatewayKit
import Testing

struct FrameParserTests {
    @Test func `a message is the same however its bytes arrive`() {
        let long = String(repeating: "0123456789äöü€😀", count: 10)
        let bytes =
            clientFrame(1, "Hello") + clientFrame(2, [0, 255, 128]) + clientFrame(1, "") + clientFrame(1, long)
            + clientFrame(9, "ping") + clientFrame(10, "pong") + clientFrame(8, [0x03, 0xE8] + Array("bye".utf8))
        let expected: [Parsed] = [
            .text("Hello"), .binary([0, 255, 128]), .text(""), .text(long), .ping(Array("ping".utf8)), .pong,
            .close(1000, "bye"),
        ]
        for parts in cuts(of: bytes) { #expect(parse(parts) == expected) }
    }

    @Test func `fragments make one message, with control frames in between`() {
        let bytes =
            clientFrame(1, "Grüß ", isFinal: false) + clientFrame(9, "a") + clientFrame(0, "", isFinal: false)
            + clientFrame(9, [UInt8](repeating: 7, count: 125)) + clientFrame(0, "Gott") + clientFrame(2, [1])
        let expected: [Parsed] = [
            .ping(Array("a".utf8)), .ping([UInt8](repeating: 7, count: 125)), .text("Grüß Gott"), .binary([1]),
        ]
        for parts in cuts(of: bytes) { #expect(parse(parts) == expected) }
    }

    @Test(arguments: [0, 1, 125, 126, 127, 65535, 65536, 70001])
    func `every form of length is read`(count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(parse([clientFrame(2, payload)]) == [.binary(payload)])
        let bytes = clientFrame(2, payload)
        for cut in 1..<min(20, bytes.count) {
            #expect(parse([Array(bytes[..<cut]), Array(bytes[cut...])]) == [.binary(payload)])
        }
    }

    @Test(arguments: [
        ([0x81, 0x00], Violation.notMasked),
        ([0xC1, 0x80, 0, 0, 0, 0], .reservedBits),
        ([0xA1, 0x80, 0, 0, 0, 0], .reservedBits),
        ([0x91, 0x80, 0, 0, 0, 0], .reservedBits),
        ([0x83, 0x80, 0, 0, 0, 0], .reservedOpcode),
        ([0x8B, 0x80, 0, 0, 0, 0], .reservedOpcode),
        ([0x89, 0xFE, 0, 126, 0, 0, 0, 0], .controlTooLong),
        ([0x09, 0x80, 0, 0, 0, 0], .controlFragmented),
        ([0x80, 0x80, 0, 0, 0, 0], .nothingToContinue),
        ([0x01, 0x80, 0, 0, 0, 0, 0x81, 0x80, 0, 0, 0, 0], .messageInterrupted),
        ([0x82, 0xFE, 0, 125, 0, 0, 0, 0], .malformedLength),
        ([0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0], .malformedLength),
        ([0x82, 0xFF, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], .malformedLength),
        ([0x82, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0], .messageTooBig),
        ([0x88, 0x81, 0, 0, 0, 0, 3], .malformedClose),
    ])
    func `a broken rule is told as what it is`(bytes: [UInt8], violation: Violation) {
        for parts in cuts(of: bytes) { #expect(parse(parts) == [.violation(violation)]) }
    }

    @Test(arguments: [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] as [UInt16])
    func `a close code that may not be sent is refused`(code: UInt16) {
        let bytes = clientFrame(8, [UInt8(code >> 8), UInt8(code & 255)])
        #expect(parse([bytes]) == [.violation(.invalidCloseCode)])
    }

    @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 3999, 4000, 4999] as [UInt16])
    func `a close code that may be sent is told`(code: UInt16) {
        let bytes = clientFrame(8, [UInt8(code >> 8), UInt8(code & 255)])
        #expect(parse([bytes]) == [.close(code, "")])
    }

    @Test func `a close frame may be empty, and its reason is UTF-8`() {
        #expect(parse([clientFrame(8)]) == [.close(nil, "")])
        #expect(parse([clientFrame(8, [3, 232, 0xC0])]) == [.violation(.invalidUTF8)])
    }

    @Test func `a message may be as large as the limit and no larger, in one frame or many`() {
        let half = [UInt8](repeating: 1, count: 50)
        #expect(parse([clientFrame(2, half + half)], maxMessageBytes: 100) == [.binary(half + half)])
        #expect(parse([clientFrame(2, half + half + [1])], maxMessageBytes: 100) == [.violation(.messageTooBig)])
        let fragments = clientFrame(2, half, isFinal: false) + clientFrame(0, half)
        #expect(parse([fragments], maxMessageBytes: 100) == [.binary(half + half)])
        #expect(parse([fragments], maxMessageBytes: 99) == [.violation(.messageTooBig)])
    }

    @Test func `an oversize message is refused at its header`() {
        #expect(
            parse([Array(clientFrame(2, [UInt8](repeating: 0, count: 200)).prefix(8))], maxMessageBytes: 100)
                == [.violation(.messageTooBig)]
        )
    }
}
