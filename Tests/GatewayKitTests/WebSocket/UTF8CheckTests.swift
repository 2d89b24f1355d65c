import GatewayKit
import Testing

struct UTF8CheckTests {
    private static let valid: [[UInt8]] = [
        [], Array("κόσμε".utf8), [0], [0x7F], [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF],
        [0xEE, 0x80, 0x80], [0xEF, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF],
        Array(String(repeating: "a", count: 67).utf8), Array((String(repeating: "a", count: 31) + "€uro").utf8),
    ]
    private static let invalid: [[UInt8]] = [
        [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
        [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0xAF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
        [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xC2, 0x20], [0xE2, 0x82, 0x20], [0xF0, 0x9F, 0x98, 0x20],
        Array(repeating: 0x61, count: 40) + [0xFF],
    ]

    @Test(arguments: valid) func `what is UTF-8 passes, whole and in parts`(bytes: [UInt8]) {
        #expect(bytes.withUnsafeBytes { UTF8Check.isValid($0) })
        for parts in cuts(of: bytes) {
            var check = UTF8Check()
            let isValid = parts.allSatisfy { part in part.withUnsafeBytes { check.accept($0) } }
            #expect(isValid && check.isComplete)
        }
    }

    @Test(arguments: invalid) func `what is not is refused, whole and in parts`(bytes: [UInt8]) {
        #expect(!bytes.withUnsafeBytes { UTF8Check.isValid($0) })
        for parts in cuts(of: bytes) {
            var check = UTF8Check()
            let isValid = parts.allSatisfy { part in part.withUnsafeBytes { check.accept($0) } }
            #expect(!isValid)
        }
    }

    @Test(arguments: [[0xC2], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0x61, 0xF0]] as [[UInt8]])
    func `a character that is cut at the end is not whole`(bytes: [UInt8]) {
        var check = UTF8Check()
        let isValidSoFar = bytes.withUnsafeBytes { check.accept($0) }
        #expect(isValidSoFar && !check.isComplete)
        #expect(!bytes.withUnsafeBytes { UTF8Check.isValid($0) })
    }

    @Test func `a text is refused in the middle of a fragment, before the rest arrives`() {
        let bytes = clientFrame(1, Array("abc".utf8) + [0xFF] + Array("more and more".utf8))
        #expect(parse([Array(bytes.prefix(10))]) == [.violation(.invalidUTF8)])
    }

    @Test func `a character may be spread over fragments`() {
        let euro = Array("€".utf8)
        let bytes = clientFrame(1, [euro[0]], isFinal: false) + clientFrame(0, [euro[1]], isFinal: false)
        for parts in cuts(of: bytes + clientFrame(0, [euro[2]])) { #expect(parse(parts) == [.text("€")]) }
        for parts in cuts(of: bytes + clientFrame(0, [])) { #expect(parse(parts) == [.violation(.invalidUTF8)]) }
    }
}
