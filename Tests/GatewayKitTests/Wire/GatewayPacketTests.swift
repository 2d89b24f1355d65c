import GatewayKit
import Testing

@Suite struct GatewayPacketTests {
    @Test(arguments: CapturedExchange.withoutSecret + CapturedExchange.withSecret)
    func `a captured request is read and written byte for byte`(exchange: CapturedExchange) throws {
        let captured = bytes(hex: exchange.request)
        let packets = try packets(of: [captured])
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
        #expect(try packets(of: [packet.bytes]) == [packet])
    }

    @Test func `packets are found wherever the stream is cut`() throws {
        let expected = [
            GatewayPacket(.bindUid, connectionID: 7, extra: Array("u1".utf8)),
            GatewayPacket(.sendToUid, extra: Array(#"["u1"]"#.utf8), body: Array("hello".utf8)),
        ]
        let stream = expected.flatMap(\.bytes)
        for cut in 0...stream.count {
            #expect(try packets(of: [Array(stream[..<cut]), Array(stream[cut...])]) == expected)
        }
        #expect(try packets(of: stream.map { [$0] }) == expected)
    }

    @Test func `a packet beyond the limit is refused as soon as its length is known`() throws {
        var parser = GatewayPacketParser()
        parser.append(bytes(hex: "00a00001"))
        #expect(throws: GatewayPacketParser.Violation.tooLong) { try parser.next() }
        var whole = GatewayPacketParser()
        whole.append(bytes(hex: "00a00000"))
        #expect(try whole.next() == nil)
    }

    @Test(arguments: ["00000000", "0000001b", "0000001c050000000000000000000000000000000001000000000001"])
    func `a length that cannot hold the packet is refused`(hex: String) {
        var parser = GatewayPacketParser()
        parser.append(bytes(hex: hex))
        #expect(throws: GatewayPacketParser.Violation.tooShort) { try parser.next() }
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

    private func packets(of segments: [[UInt8]]) throws -> [GatewayPacket] {
        var parser = GatewayPacketParser()
        var packets: [GatewayPacket] = []
        for segment in segments {
            parser.append(segment)
            while let packet = try parser.next() { packets.append(packet) }
        }
        return packets
    }
}
