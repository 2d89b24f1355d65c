import GatewayKit
import ServerCore
import Testing

struct InflatingTests {
    private static let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]

    @Test(
        arguments: [
            hello,
            [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],  // not compressed
            [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],  // a final block
            [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],  // a final block, and nothing behind it
            [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],  // two blocks
        ] as [[UInt8]]
    )
    func `the examples of RFC 7692 7.2.3 inflate, however their bytes arrive`(payload: [UInt8]) {
        for parts in cuts(of: clientFrame(0x41, payload) + clientFrame(1, "plain")) {
            #expect(parse(parts, Self.rules(), .make()) == [.text("Hello"), .text("plain")])
        }
    }

    @Test func `a compressed message may come in fragments, with control frames in between`() {
        let bytes =
            clientFrame(0x41, Array(Self.hello[..<3]), isFinal: false) + clientFrame(9, "?")
            + clientFrame(0, [], isFinal: false) + clientFrame(0, Array(Self.hello[3...]))
            + clientFrame(0x42, Self.hello)
        for parts in cuts(of: bytes) {
            #expect(
                parse(parts, Self.rules(), .make())
                    == [.ping(Array("?".utf8)), .text("Hello"), .binary(Array("Hello".utf8))]
            )
        }
    }

    @Test func `an empty message may be compressed, to an empty block or to nothing`() {
        #expect(
            parse([clientFrame(0x41, [0]) + clientFrame(0x42, [])], Self.rules(), .make()) == [.text(""), .binary([])]
        )
    }

    @Test func `a kept window goes on from message to message, also behind a final block`() {
        let deflation = Deflation.make(.init(keepsContext: true), offer: "permessage-deflate; client_max_window_bits")
        let again: [UInt8] = [0xF2, 0x00, 0x11, 0x00, 0x00]  // RFC 7692 7.2.3.2
        let final: [UInt8] = [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
        for first in [Self.hello, final, final + [0]] {
            let bytes = clientFrame(0x41, first) + clientFrame(0x41, []) + clientFrame(0x41, again)
            #expect(parse([bytes], Self.rules(), deflation) == [.text("Hello"), .text(""), .text("Hello")])
        }
    }

    @Test func `a window that is not kept is not there for the next message`() {
        let bytes = clientFrame(0x41, Self.hello) + clientFrame(0x41, [0xF2, 0x00, 0x11, 0x00, 0x00])
        #expect(parse([bytes], Self.rules(), .make()) == [.text("Hello"), .violation(.malformedDeflate)])
    }

    @Test(
        arguments: [
            [0xFF], [0x07], [0x00, 0x05, 0x00, 0xFA], Array(hello[..<3]), hello + [0xF2],
        ] as [[UInt8]]
    )
    func `data that does not inflate to its end is refused`(payload: [UInt8]) {
        for parts in cuts(of: clientFrame(0x41, payload)) {
            #expect(parse(parts, Self.rules(), .make()) == [.violation(.malformedDeflate)])
        }
    }

    @Test(arguments: [clientFrame(0x49, "p"), clientFrame(0x48), clientFrame(0x4A), clientFrame(0x61, hello)])
    func `RSV1 is for the first frame of a data message, and the other bits for nobody`(bytes: [UInt8]) {
        #expect(parse([bytes], Self.rules(), .make()) == [.violation(.reservedBits)])
        let later = clientFrame(0x41, Self.hello, isFinal: false) + clientFrame(0x40, [0])
        #expect(parse([later], Self.rules(), .make()) == [.violation(.reservedBits)])
        #expect(parse([clientFrame(0x41, Self.hello)]) == [.violation(.reservedBits)])
    }

    @Test func `a message may inflate to the limit and not beyond it, and memory never exceeds it`() {
        let bomb = deflated([UInt8](repeating: 0, count: 1 << 20))
        #expect(bomb.count < 10_000)
        for (limit, isTaken) in [(1 << 20, true), (1 << 20 - 1, false), (1000, false)] {
            var parser = FrameParser(Self.rules(limit))
            parser.allowCompression(.make())
            var bytes = clientFrame(0x42, bomb)
            var most = 0
            let result = bytes.withUnsafeMutableBytes { bytes in
                var input = ByteCursor(bytes)
                let result = Result { () throws(Violation) in try parser.next(&input) }
                most = parser.bufferedBytes
                return result
            }
            switch result {
            case .success(.binary(let message)): #expect(isTaken && message.count == 1 << 20)
            case .failure(.messageTooBig): #expect(!isTaken)
            default: Issue.record("another end: \(result)")
            }
            #expect(most <= limit + (41 << 10))
        }
    }

    @Test func `what inflates to nothing is bounded as well`() {
        let nothing = [[UInt8]](repeating: [0, 0, 0, 0xFF, 0xFF], count: 100).flatMap(\.self) + [0]
        #expect(parse([clientFrame(0x42, nothing)], Self.rules(10), .make()) == [.violation(.messageTooBig)])
        #expect(parse([clientFrame(0x42, nothing)], Self.rules(1000), .make()) == [.binary([])])
    }

    @Test func `a text that is not UTF-8 is refused at the fragment that shows it`() {
        let text = Array(String(repeating: "a", count: 1000).utf8) + [0xC0, 0x80]
        let bytes = clientFrame(0x41, deflated(text) + [0x00, 0x00, 0xFF, 0xFF], isFinal: false)
        for parts in cuts(of: bytes) { #expect(parse(parts, Self.rules(), .make()) == [.violation(.invalidUTF8)]) }
        #expect(
            parse([clientFrame(0x41, deflated([0xE2, 0x82]))], Self.rules(), .make()) == [.violation(.invalidUTF8)]
        )
    }

    @Test(arguments: [8, 9, 12, 15]) func `large messages of every kind survive both ways`(windowBits: Int) {
        let offer = "permessage-deflate; server_max_window_bits=\(windowBits); client_max_window_bits=\(windowBits)"
        for keepsContext in [false, true] {
            let deflation = Deflation.make(.init(threshold: 0, keepsContext: keepsContext), offer: offer)
            let inflater = Inflater(windowBits: windowBits)
            for seed in 1..<4 {
                let message = pseudorandom(50_000 * seed, alphabet: UInt8(seed * 3))
                let compressed = deflation.withCompressed(bytes: message)
                #expect(compressed != nil && compressed!.count < message.count)
                var target = GrowingBytes()
                #expect(throws: Never.self) {
                    try compressed!.span.withUnsafeBytes { bytes throws(Violation) in
                        try inflater.inflate(bytes, into: &target, limit: 1 << 20)
                    }
                    try inflater.finish(into: &target, limit: 1 << 20)
                }
                #expect(Array(target.bytes) == message)
                if !keepsContext { inflater.reset() }
            }
        }
    }

    @Test func `what would not become smaller is sent plain`() {
        #expect(Deflation.make(.init(threshold: 0)).withCompressed(bytes: [1, 2, 3]) == nil)
        #expect(Deflation.make(.init(threshold: 0)).withCompressed(bytes: pseudorandom(5000, alphabet: 255)) == nil)
    }

    @Test func `a frame for many is compressed once, for those who can read it`() throws {
        let text = String(repeating: "Hello, all of you! ", count: 100)
        let frame = EncodedFrame(.text(text))
        let contexts = DeflateContexts(.init())
        let bytes = Deflation.make(contexts).bytes(of: frame)
        #expect(bytes.bytes.count < text.utf8.count && bytes.bytes[0] == 0xC1)
        #expect(Deflation.make().bytes(of: frame) === bytes)  // another loop's
        let narrow = Deflation.make(contexts, offer: "permessage-deflate; server_max_window_bits=9")
        #expect(narrow.bytes(of: frame) === frame.shared)
        let small = EncodedFrame(.text(String(repeating: "x", count: 1023)))
        #expect(Deflation.make(contexts).bytes(of: small) === small.shared)
        let noise = EncodedFrame(.binary(pseudorandom(5000, alphabet: 255)))
        #expect(Deflation.make(contexts).bytes(of: noise) === noise.shared)
        // Frames that another process has finished are compressed too, what is no single message is not.
        let finished = frame.bytes.withUnsafeBytes { EncodedFrame(raw: $0) }
        #expect(Deflation.make(contexts).bytes(of: finished).bytes.elementsEqual(bytes.bytes))
        let two = (frame.bytes + frame.bytes).withUnsafeBytes { EncodedFrame(raw: $0) }
        #expect(Deflation.make(contexts).bytes(of: two) === two.shared)
    }

    private static func rules(_ maxMessageBytes: Int = 1 << 20) -> MessageRules {
        MessageRules(maxMessageBytes: maxMessageBytes)
    }
}
