import GatewayKit

extension FuzzTarget {
    /// The inner protocol: packets come out as they went in, and each can be read as a command or is none.
    static let packet = FuzzTarget(name: "packet") { input in
        let whole = readPackets([input[...]])
        let inParts = readPackets(parts(of: input))
        promise(whole.packets == inParts.packets, "other packets in parts")
        promise(whole.violation == inParts.violation, "another violation in parts")

        let encoded = whole.packets.flatMap(\.bytes)
        promise(encoded == Array(input.prefix(encoded.count)), "a packet is written otherwise than it was read")
        for packet in whole.packets { check(packet) }
    }

    private static func check(_ packet: GatewayPacket) {
        switch InnerCommand(packet) {
        case .send(let frame, _) where packet.flags.contains([.raw, .scalarBody]):
            promise(frame.bytes == packet.body, "a finished frame is sent otherwise than it came")
        case .send(let frame, _) where packet.flags.contains(.scalarBody):
            promise(
                frame.bytes.suffix(packet.body.count) == packet.body[...],
                "a message is sent otherwise than it came"
            )
        default: break
        }
    }

    private static func readPackets(
        _ parts: [ArraySlice<UInt8>]
    ) -> (packets: [GatewayPacket], violation: GatewayPacketParser.Violation?) {
        var parser = GatewayPacketParser(limit: 2000)
        var packets: [GatewayPacket] = []
        do throws(GatewayPacketParser.Violation) {
            for part in parts {
                parser.append(part)
                while let packet = try parser.next() { packets.append(packet) }
            }
            return (packets, nil)
        } catch {
            return (packets, error)
        }
    }
}
