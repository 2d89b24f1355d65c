import GatewayKit
import Testing

@Suite struct RegisterMessageTests {
    /// The exact lines that PHP writes.
    static let lines: [(message: RegisterMessage, line: String)] = [
        (
            .gatewayConnect(address: "127.0.0.1:2900", secret: []),
            #"{"event":"gateway_connect", "address":"127.0.0.1:2900", "secret_key":""}"#
        ),
        (.workerConnect(secret: []), #"{"event":"worker_connect","secret_key":""}"#),
        (.workerConnect(secret: Array("s3cret".utf8)), #"{"event":"worker_connect","secret_key":"s3cret"}"#),
        (.ping, #"{"event":"ping"}"#),
        (.broadcastAddresses([]), #"{"event":"broadcast_addresses","addresses":[]}"#),
        (
            .broadcastAddresses(["127.0.0.1:2900", "127.0.0.1:2901"]),
            #"{"event":"broadcast_addresses","addresses":["127.0.0.1:2900","127.0.0.1:2901"]}"#
        ),
    ]

    @Test(arguments: lines)
    func `a message is written as PHP writes it and read back`(message: RegisterMessage, line: String) throws {
        #expect(message.line == Array(line.utf8) + [0x0A])
        #expect(try RegisterMessage(line: Array(line.utf8)) == message)
    }

    @Test func `a list with a gap arrives as an object and its values count`() throws {
        let line = #"{"event":"broadcast_addresses","addresses":{"0":"a:1","2":"b:2"}}"#
        #expect(try RegisterMessage(line: Array(line.utf8)) == .broadcastAddresses(["a:1", "b:2"]))
    }

    @Test func `an absent secret is the empty one`() throws {
        #expect(try RegisterMessage(line: Array(#"{"event":"worker_connect"}"#.utf8)) == .workerConnect(secret: []))
    }

    @Test(
        arguments: [
            ("", .badRequest), ("GET / HTTP/1.1", .badRequest), ("{}", .badRequest), (#"{"event":""}"#, .badRequest),
            (#"{"event":1}"#, .badRequest), (#"{"event":"dance"}"#, .unknown),
            (#"{"event":"gateway_connect"}"#, .unknown),
            (#"{"event":"worker_connect","secret_key":1}"#, .unknown),
        ] as [(String, RegisterMessage.Violation)]
    )
    func `a line that is no message is refused`(line: String, violation: RegisterMessage.Violation) {
        #expect(throws: violation) { try RegisterMessage(line: Array(line.utf8)) }
    }

    @Test func `lines are found wherever the stream is cut`() throws {
        let stream = Array("one\r\ntwo\n\nthree\n".utf8)
        for cut in 0...stream.count {
            var reader = LineReader(limit: 5)
            var lines: [String] = []
            for segment in [stream[..<cut], stream[cut...]] {
                reader.append(segment)
                while let line = try reader.next() { lines.append(String(decoding: line, as: UTF8.self)) }
            }
            #expect(lines == ["one", "two", "", "three"])
        }
    }

    @Test(arguments: [1, 17, 4096, 1 << 20])
    func `cutting lines costs in proportion to their bytes, however they come`(segment: Int) throws {
        let ping = RegisterMessage.ping.line
        let stream = Array(repeatElement(ping, count: 20_000).joined())
        var reader = LineReader(limit: 64 << 10)
        var lines = 0
        for start in stride(from: 0, to: stream.count, by: segment) {
            reader.append(stream[start..<min(start + segment, stream.count)])
            while try reader.next() != nil { lines += 1 }
        }
        #expect(lines == 20_000)
        // Each byte is taken in, looked at and given out once, and moved at most once.
        #expect(reader.work <= 4 * stream.count)
    }

    @Test func `a line beyond the limit is refused`() throws {
        var reader = LineReader(limit: 4)
        reader.append(Array("abcd".utf8))
        #expect(try reader.next() == nil)
        reader.append(Array("e".utf8))
        #expect(throws: LineReader.TooLong.self) { try reader.next() }
    }
}
