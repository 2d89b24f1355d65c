import DeepSeekKit
import Testing

@Suite struct EventStreamParserTests {
    private static func parse(_ pieces: [[UInt8]], limit: Int = 1 << 20) throws -> [String] {
        var parser = EventStreamParser(limit: limit)
        var found: [String] = []
        for piece in pieces {
            parser.feed(piece)
            while let event = try parser.next() {
                found.append("\(event.type)|\(String(decoding: event.data, as: UTF8.self))")
            }
        }
        return found
    }

    /// A stream and the events in it, each as `type|data`.
    struct Sample: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let events: [String]

        init(_ name: String, _ text: String, _ events: [String]) {
            (testDescription, self.text, self.events) = (name, text, events)
        }
    }

    static let samples = [
        Sample("line feeds", "data: a\n\ndata: b\n\n", ["|a", "|b"]),
        Sample("carriage returns", "data: a\r\rdata: b\r\r", ["|a", "|b"]),
        Sample("both", "data: a\r\n\r\ndata: b\r\n\r\n", ["|a", "|b"]),
        Sample("mixed", "data: a\n\rdata: b\r\n\n", ["|a", "|b"]),
        Sample("a byte order mark", "\u{FEFF}data: a\n\n", ["|a"]),
        Sample("a second byte order mark is not one", "\u{FEFF}\u{FEFF}data: a\n\ndata: b\n\n", ["|b"]),
        Sample("comments", ": keep-alive\n\n: again\ndata: a\n: within\n\n", ["|a"]),
        Sample("several data lines", "data: a\ndata: b\ndata:\n\n", ["|a\nb\n"]),
        Sample("one space is dropped, not two", "data:a\n\ndata: a\n\ndata:  a\n\n", ["|a", "|a", "| a"]),
        Sample("a type", "event: error\ndata: a\n\ndata: b\n\n", ["error|a", "|b"]),
        Sample("a type without data is no event", "event: error\n\ndata: b\n\n", ["|b"]),
        Sample("a data line without a colon is empty data", "data\n\n", ["|"]),
        Sample("id, retry and the unknown are passed over", "id: 1\nretry: 5\nfoo: x\ndata: a\n\n", ["|a"]),
        Sample("an event without its blank line is never given", "data: a\n\ndata: b\n", ["|a"]),
        Sample("text beyond ASCII", "data: höhe 👋\n\n", ["|höhe 👋"]),
        Sample("a colon in the value", "data: {\"a\": 1}\n\n", ["|{\"a\": 1}"]),
        Sample("nothing", "", []),
    ]

    @Test(arguments: samples)
    func `a stream is read by the rules of WHATWG`(_ sample: Sample) throws {
        #expect(try Self.parse([Array(sample.text.utf8)]) == sample.events)
    }

    @Test(arguments: samples)
    func `a stream cut at any byte gives the same events`(_ sample: Sample) throws {
        let bytes = Array(sample.text.utf8)
        for cut in bytes.indices {
            #expect(try Self.parse([Array(bytes[..<cut]), Array(bytes[cut...])]) == sample.events, "cut at \(cut)")
        }
    }

    @Test(arguments: samples)
    func `a stream fed byte by byte gives the same events`(_ sample: Sample) throws {
        #expect(try Self.parse(sample.text.utf8.map { [$0] }) == sample.events)
    }

    @Test func `a line longer than the limit is refused before it is whole`() {
        #expect(throws: EventStreamParser.TooLong.self) {
            try Self.parse([Array("data: ".utf8), [UInt8](repeating: 0x61, count: 200)], limit: 100)
        }
    }

    @Test func `an event whose lines together are longer than the limit is refused`() {
        let line = Array("data: 0123456789012345678901234567890123456789\n".utf8)
        #expect(throws: EventStreamParser.TooLong.self) {
            try Self.parse([line, line, line], limit: 100)
        }
    }
}
