import GatewayKit
import Testing

@Suite struct InnerCommandTests {
    @Test func `a message becomes one text frame, whatever its bytes are`() throws {
        let packet = GatewayPacket(.sendToOne, connectionID: 7, body: [0x68, 0xFF])
        guard case .send(let frame, .clients([7]))? = InnerCommand.read(packet) else { throw NotThat() }
        #expect(frame.bytes == [0x81, 2, 0x68, 0xFF])
    }

    @Test func `a raw body goes out as it is`() throws {
        var packet = GatewayPacket(.sendToAll, body: [0x82, 1, 0x41])
        packet.flags = [.scalarBody, .raw]
        guard case .send(let frame, .all(excluding: []))? = InnerCommand.read(packet) else { throw NotThat() }
        #expect(frame.bytes == [0x82, 1, 0x41])
    }

    @Test func `an array is sent as JSON`() throws {
        var packet = GatewayPacket(.sendToAll, body: (["a": 1] as PHPValue).serialized())
        packet.flags = []
        guard case .send(let frame, _)? = InnerCommand.read(packet) else { throw NotThat() }
        #expect(frame.bytes == [0x81, 7] + Array(#"{"a":1}"#.utf8))
    }

    @Test(
        arguments: [
            ("", .all(excluding: [])), (#"{"connections":{"1":1,"3":3}}"#, .clients([1, 3])),
            (#"{"connections":[3,3,99]}"#, .clients([3, 3, 99])), (#"{"exclude":{"2":2}}"#, .all(excluding: [2])),
            (#"{"exclude":null}"#, .all(excluding: [])),
        ] as [(String, InnerCommand.Recipients)]
    )
    func `the extra data of a message to all names who receives it`(
        extra: String,
        recipients: InnerCommand.Recipients
    ) throws {
        guard case .send(_, let read)? = InnerCommand.read(GatewayPacket(.sendToAll, extra: Array(extra.utf8))) else {
            throw NotThat()
        }
        #expect(read == recipients)
    }

    @Test func `uids are strings or numbers and stay in order`() throws {
        let packet = GatewayPacket(.sendToUid, extra: Array(#"["u1",10086,"u1"]"#.utf8), body: [])
        guard case .send(_, .uids(["u1", "10086", "u1"]))? = InnerCommand.read(packet) else { throw NotThat() }
    }

    @Test(arguments: ["", "0"])
    func `binding to nothing is ignored`(uid: String) {
        #expect(InnerCommand.read(GatewayPacket(.bindUid, connectionID: 1, extra: Array(uid.utf8))) == nil)
    }

    @Test func `a kick carries a message, an empty one too, or none`() throws {
        guard case .kick(1, let empty?)? = InnerCommand.read(GatewayPacket(.kick, connectionID: 1)) else {
            throw NotThat()
        }
        #expect(empty.bytes == [0x81, 0])
        var packet = GatewayPacket(.kick, connectionID: 1, body: Array("N;".utf8))
        packet.flags = []
        guard case .kick(1, nil)? = InnerCommand.read(packet) else { throw NotThat() }
    }

    @Test func `what is unknown or senseless is ignored`() {
        #expect(InnerCommand.read(GatewayPacket(.init(rawValue: 99))) == nil)
        #expect(InnerCommand.read(GatewayPacket(.sendToUid, extra: Array("u1".utf8))) == nil)
        var packet = GatewayPacket(.sendToAll, body: Array("O:1:\"a\":0:{}".utf8))
        packet.flags = []
        #expect(InnerCommand.read(packet) == nil)
    }

    @Test(
        arguments: [
            (#"{"fields":["uid"],"where":[]}"#, ["uid"], nil),
            (#"{"fields":[],"where":[]}"#, [], []),
            (#"{"fields":["uid"],"where":{"connection_id":{"3":3}}}"#, ["uid"], [.connection(3)]),
            (
                #"{"fields":["uid"],"where":{"uid":[7,"b"],"connection_id":["1"]}}"#, ["uid"],
                [.uid("7"), .uid("b"), .connection(1)]
            ),
            (#"{"fields":["uid"],"where":{"colour":["red"]}}"#, ["uid"], []),
            ("nonsense", [], []),
        ] as [(String, [String], [Selection.Condition]?)]
    )
    func `a selection is read`(json: String, fields: [String], conditions: [Selection.Condition]?) {
        let selection = Selection(json: Array(json.utf8))
        #expect(selection.fields == fields)
        #expect(selection.conditions == conditions)
    }

    @Test func `a selection answers each client once, its fields in order`() {
        let selection = Selection(json: Array(#"{"fields":["uid","colour"],"where":[]}"#.utf8))
        let clients: [(connection: UInt32, uid: String?)] = [(1, "10086"), (2, nil), (1, "10086")]
        let answer = selection.answer(clients)
        #expect(
            String(decoding: answer.serialized(), as: UTF8.self)
                == #"a:2:{i:1;a:2:{s:3:"uid";s:5:"10086";s:6:"colour";N;}i:2;a:2:{s:3:"uid";N;s:6:"colour";N;}}"#
        )
    }

    @Test func `without a secret the gate is open but a wrong one is still refused`() {
        var gate = InnerGate(secret: [])
        #expect(gate.judge(GatewayPacket(.isOnline)) == .command)
        #expect(gate.judge(.authentication(secret: [])) == .authenticated)
        #expect(gate.judge(.authentication(secret: [1])) == .refused("wrong secret"))
        #expect(gate.judge(GatewayPacket(.gatewayClientConnect, body: Array("{}".utf8))) == .refused("wrong secret"))
    }

    @Test func `with a secret the first packet must carry it, and it may come again`() {
        let secret = Array("s3cret".utf8)
        var gate = InnerGate(secret: secret)
        #expect(gate.judge(GatewayPacket(.isOnline)) == .refused("no secret"))
        #expect(gate.judge(.authentication(secret: secret)) == .authenticated)
        #expect(gate.judge(GatewayPacket(.isOnline)) == .command)
        #expect(gate.judge(.authentication(secret: secret)) == .authenticated)
        #expect(GatewayPacket.authentication(secret: secret).body == Array(#"{"secret_key":"s3cret"}"#.utf8))
    }

    private struct NotThat: Error {}
}

extension InnerCommand {
    /// Reads a packet as if it had been received.
    static func read(_ packet: GatewayPacket) -> InnerCommand? {
        (try? packet.asReceived { InnerCommand($0) }) ?? nil
    }
}

extension InnerGate {
    /// Judges a packet as if it had been received.
    mutating func judge(_ packet: GatewayPacket) -> Verdict {
        (try? packet.asReceived { judge($0) }) ?? .refused("no packet")
    }
}
