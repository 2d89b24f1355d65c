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
    }

    private static func check(_ packet: PacketView) {
        switch Command(packet) {
        case .send(let frame, _, _) where packet.flags.contains([.raw, .scalarBody]):
            promise(frame.bytes.elementsEqual(packet.body), "a finished frame is sent otherwise than it came")
        case .send(let frame, _, _) where packet.flags.contains(.scalarBody):
            let payload = frame.bytes.suffix(packet.body.count)
            promise(payload.elementsEqual(packet.body), "a message is sent otherwise than it came")
        case .some: break
        case nil: _ = InnerQuery(packet)
        }
    }

    private static func readPackets(
        _ parts: [ArraySlice<UInt8>]
    ) -> (packets: [GatewayPacket], violation: GatewayPacketParser.Violation?) {
        var parser = GatewayPacketParser(limit: 2000)
        var packets: [GatewayPacket] = []
        for part in parts {
            let violation = withExactCopy(of: part) { memory -> GatewayPacketParser.Violation? in
                var cursor = ByteCursor(memory)
                do throws(GatewayPacketParser.Violation) {
                    while let packet = try parser.next(&cursor) {
                        check(packet)
                        packets.append(packet.packet)
                    }
                    promise(cursor.count == 0, "bytes are left unread")
                    return nil
                } catch {
                    return error
                }
            }
            if let violation { return (packets, violation) }
        }
        return (packets, nil)
    }
}
