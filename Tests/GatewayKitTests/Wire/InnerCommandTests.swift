import GatewayKit
import Testing

@Suite struct InnerCommandTests {
    @Test func `a message becomes one text frame, whatever its bytes are`() throws {
        let packet = GatewayPacket(.sendToOne, connectionID: 7, body: [0x68, 0xFF])
        guard case .send(let frame, .client(7), nil)? = Command.read(packet) else { throw NotThat() }
        #expect(frame.bytes == [0x81, 2, 0x68, 0xFF])
    }

    @Test func `a raw body goes out as it is`() throws {
        var packet = GatewayPacket(.sendToAll, body: [0x82, 1, 0x41])
        packet.flags = [.scalarBody, .raw]
        guard case .send(let frame, .all(excluding: []), nil)? = Command.read(packet) else { throw NotThat() }
        #expect(frame.bytes == [0x82, 1, 0x41])
    }

    @Test func `an array is sent as JSON`() throws {
        var packet = GatewayPacket(.sendToAll, body: (["a": 1] as PHPValue).serialized())
        packet.flags = []
        guard case .send(let frame, _, nil)? = Command.read(packet) else { throw NotThat() }
        #expect(frame.bytes == [0x81, 7] + Array(#"{"a":1}"#.utf8))
    }

    @Test(
        arguments: [
            ("", .all(excluding: [])), (#"{"connections":{"1":1,"3":3}}"#, .clients([1, 3])),
            (#"{"connections":[3,3,99]}"#, .clients([3, 3, 99])), (#"{"exclude":{"2":2}}"#, .all(excluding: [2])),
            (#"{"exclude":null}"#, .all(excluding: [])), (#"{"exclude":{"2":null,"3":0}}"#, .all(excluding: [3])),
            (#"{"connections":7}"#, .clients([])), ("0", .all(excluding: [])), ("nonsense", .all(excluding: [])),
        ] as [(String, Recipients)]
    )
    func `the extra data of a message to all names who receives it`(
        extra: String,
        recipients: Recipients
    ) throws {
        guard case .send(_, let read, nil)? = Command.read(GatewayPacket(.sendToAll, extra: Array(extra.utf8))) else {
            throw NotThat()
        }
        #expect(read == recipients)
    }

    @Test func `uids are strings or numbers and stay in order`() throws {
        let packet = GatewayPacket(.sendToUid, extra: Array(#"["u1",10086,"u1"]"#.utf8), body: [])
        guard case .send(_, .uids(["u1", "10086", "u1"]), nil)? = Command.read(packet) else { throw NotThat() }
    }

    @Test(
        arguments: [
            (#"["u1"]"#, ["u1"]), (#"[10086,"u1"]"#, ["10086", "u1"]), ("[0]", ["0"]), ("[]", []), (#"[""]"#, [""]),
            (#"[ "a" , 7 ]"#, ["a", "7"]), (#"["a\u00e9\/"]"#, ["aé/"]), (#"["é"]"#, ["é"]),
            (#"{"x":"a","y":7}"#, ["a", "7"]),
            ("[1.9,true,null,[1]]", ["1", "1", ""]), ("[007]", nil), (#"["a""#, nil), (#"["a",]"#, nil), ("7", nil),
            ("", nil),
            ("[9223372036854775807]", ["9223372036854775807"]), ("[\"\u{1}\"]", nil), (#"["a"7]"#, nil),
        ] as [(String, [String]?)]
    )
    func `a list of names is read as PHP reads it`(json: String, names: [String]?) {
        #expect(Array(json.utf8).withUnsafeBytes { InnerNames.list($0) } == names)
    }

    @Test(
        arguments: [
            (#"{"group":["g1",7],"exclude":null}"#, .groups(["g1", "7"], excluding: [])),
            (#"{"group":["g1"],"exclude":{"2":2,"3":null}}"#, .groups(["g1"], excluding: [2])),
            (#"{"group":["g1"]}"#, .groups(["g1"], excluding: [])), (#"{"exclude":null}"#, nil), ("", nil),
        ] as [(String, Recipients?)]
    )
    func `the extra data of a message to groups names who receives it`(extra: String, recipients: Recipients?) {
        guard case .send(_, let read, nil)? = Command.read(GatewayPacket(.sendToGroup, extra: Array(extra.utf8))) else {
            #expect(recipients == nil)
            return
        }
        #expect(read == recipients)
    }

    @Test func `a kick carries a message, an empty one too, or none`() throws {
        guard case .kick(1, let empty?)? = Command.read(GatewayPacket(.kick, connectionID: 1)) else {
            throw NotThat()
        }
        #expect(empty.bytes == [0x81, 0])
        var packet = GatewayPacket(.kick, connectionID: 1, body: Array("N;".utf8))
        packet.flags = []
        guard case .kick(1, nil)? = Command.read(packet) else { throw NotThat() }
    }

    @Test func `what is unknown or senseless is ignored`() {
        #expect(Command.read(GatewayPacket(.init(rawValue: 99))) == nil)
        #expect(Command.read(GatewayPacket(.sendToUid, extra: Array("u1".utf8))) == nil)
        var packet = GatewayPacket(.sendToAll, body: Array("O:1:\"a\":0:{}".utf8))
        packet.flags = []
        #expect(Command.read(packet) == nil)
    }

    @Test(
        arguments: [
            (#"{"fields":["uid"],"where":[]}"#, ["uid"], nil),
            (#"{"fields":[],"where":[]}"#, [], []),
            (#"{"fields":["uid"],"where":{"connection_id":{"3":3}}}"#, ["uid"], [.client(3)]),
            (
                #"{"fields":["uid"],"where":{"uid":[7,"b"],"connection_id":["1"]}}"#, ["uid"],
                [.uid("7"), .uid("b"), .client(1)]
            ),
            (#"{"fields":["uid"],"where":{"colour":["red"]}}"#, ["uid"], []),
            (
                #"{"fields":["uid"],"where":{"groups":{"x":"g"},"connection_id":["01","2"]}}"#, ["uid"],
                [.group("g"), .client(2)]
            ),
            (#"{"fields":["uid"]}"#, ["uid"], nil), (#"{"fields":["uid"],"where":"x"}"#, ["uid"], []),
            (#"{"fields":["uid"],"where":0}"#, ["uid"], nil), ("[]", [], []), ("nonsense", [], []),
        ] as [(String, [String], [ClientCondition]?)]
    )
    func `a selection is read`(json: String, fields: [String], conditions: [ClientCondition]?) {
        let selection = InnerSelection(json: Array(json.utf8))
        #expect(selection.fields == fields)
        #expect(selection.conditions == conditions)
    }

    @Test func `without a secret the gate is open but a wrong one is still refused`() {
        var gate = InnerGate(secret: [])
        #expect(gate.judge(GatewayPacket(.isOnline)) == .command)
        #expect(gate.judge(.authentication(secret: [])) == .authenticated(worker: nil))
        #expect(gate.judge(.authentication(secret: [1])) == .refused("wrong secret"))
        #expect(gate.judge(GatewayPacket(.gatewayClientConnect, body: Array("{}".utf8))) == .refused("wrong secret"))
    }

    @Test func `with a secret the first packet must carry it, and it may come again`() {
        let secret = Array("s3cret".utf8)
        var gate = InnerGate(secret: secret)
        #expect(gate.judge(GatewayPacket(.isOnline)) == .refused("no secret"))
        #expect(gate.judge(.authentication(secret: secret)) == .authenticated(worker: nil))
        #expect(gate.judge(GatewayPacket(.isOnline)) == .command)
        #expect(gate.judge(.authentication(secret: secret)) == .authenticated(worker: nil))
        #expect(GatewayPacket.authentication(secret: secret).body == Array(#"{"secret_key":"s3cret"}"#.utf8))
    }

    private struct NotThat: Error {}
}

extension Command {
    /// Reads a packet as if it had been received.
    static func read(_ packet: GatewayPacket) -> Command? {
        (try? packet.asReceived { Command($0) }) ?? nil
    }
}

extension InnerGate {
    /// Judges a packet as if it had been received.
    mutating func judge(_ packet: GatewayPacket) -> Verdict {
        (try? packet.asReceived { judge($0) }) ?? .refused("no packet")
    }
}
