import GatewayKit
import Testing

@Suite struct GatewayPacketTests {
    @Test(arguments: CapturedExchange.withoutSecret + CapturedExchange.withSecret)
    func `a captured request is read and written byte for byte`(exchange: CapturedExchange) throws {
        let captured = bytes(hex: exchange.request)
        let packets = try GatewayPacket.parse([captured])
        #expect(!packets.isEmpty)
        #expect(packets.flatMap(\.bytes) == captured)
    }

    @Test func `every field is where the protocol has it`() throws {
        var packet = GatewayPacket(.onMessage, connectionID: 0x0A0B_0C0D, extra: [1, 2], body: [3])
        packet.localIP = 0x7F00_0001
        packet.localPort = 2900
        packet.clientIP = 0xC0A8_0102
        packet.clientPort = 4711
        packet.gatewayPort = 8282
        packet.flags = [.scalarBody, .raw]
        #expect(
            packet.bytes
                == bytes(
                    hex: "0000001f" + "03" + "7f000001" + "0b54" + "c0a80102" + "1267" + "0a0b0c0d" + "03" + "205a"
                )
                + bytes(hex: "00000002" + "0102" + "03")
        )
        #expect(try GatewayPacket.parse([packet.bytes]) == [packet])
    }

    @Test func `packets are found wherever the stream is cut`() throws {
        let expected = [
            GatewayPacket(.bindUid, connectionID: 7, extra: Array("u1".utf8)),
            GatewayPacket(.sendToUid, extra: Array(#"["u1"]"#.utf8), body: Array("hello".utf8)),
        ]
        let stream = expected.flatMap(\.bytes)
        for cut in 0...stream.count {
            #expect(try GatewayPacket.parse([Array(stream[..<cut]), Array(stream[cut...])]) == expected)
        }
        #expect(try GatewayPacket.parse(stream.map { [$0] }) == expected)
    }

    @Test func `a packet beyond the limit is refused as soon as its length is known`() throws {
        #expect(throws: GatewayPacketParser.Violation.tooLong) { try GatewayPacket.parse([bytes(hex: "00a00001")]) }
        #expect(try GatewayPacket.parse([bytes(hex: "00a00000")]).isEmpty)
    }

    @Test(arguments: ["00000000", "0000001b", "0000001c050000000000000000000000000000000001000000000001"])
    func `a length that cannot hold the packet is refused`(hex: String) {
        #expect(throws: GatewayPacketParser.Violation.tooShort) { try GatewayPacket.parse([bytes(hex: hex)]) }
    }

    @Test(arguments: CapturedExchange.withoutSecret.filter { !$0.response.isEmpty })
    func `a captured answer is read and written byte for byte`(exchange: CapturedExchange) throws {
        let captured = bytes(hex: exchange.response)
        var parser = AnswerParser()
        for byte in captured.dropLast() {
            parser.append([byte])
            #expect(try parser.next() == nil)
        }
        parser.append(captured.suffix(1))
        let answer = try #require(try parser.next())
        #expect(AnswerParser.encode(try PHPValue(serialized: answer)) == captured)
    }
}

extension GatewayPacket {
    /// The packets of a stream that comes in segments, each in memory of its own.
    static func parse(_ segments: [[UInt8]]) throws -> [GatewayPacket] {
        var parser = GatewayPacketParser()
        var packets: [GatewayPacket] = []
        for var segment in segments {
            try segment.withUnsafeMutableBytes { bytes in
                var input = ByteCursor(bytes)
                while let view = try parser.next(&input) { packets.append(view.packet) }
            }
        }
        return packets
    }

    /// Reads the packet with the parser and gives what lies there to `body`.
    func asReceived<Result>(_ body: (PacketView) throws -> Result) throws -> Result {
        var parser = GatewayPacketParser(limit: .max)
        var bytes = bytes
        return try bytes.withUnsafeMutableBytes { bytes in
            var input = ByteCursor(bytes)
            guard let view = try parser.next(&input) else { throw Unexpected(description: "no packet") }
            return try body(view)
        }
    }
}
