import GatewayKit
import Testing

struct ClientTableTests {
    @Test func `a uid has its clients in order of binding`() {
        let table = Self.make(clients: 1, 2, 3)
        let bound = [table.bind(3, to: "7", serial: 10), table.bind(1, to: "7", serial: 11)]
        #expect(bound == [true, true])
        _ = table.bind(2, to: "8", serial: 12)
        #expect(table.clients(.uid("7")) == [3, 1])
        #expect(table.uid(of: 2) == "8")
        #expect(table.uidCount == 2)
    }

    @Test func `uids that look alike but differ in bytes are two`() {
        let table = Self.make(clients: 1, 2)
        _ = table.bind(1, to: "\u{E9}", serial: 10)
        _ = table.bind(2, to: "e\u{301}", serial: 11)
        #expect(table.clients(.uid("\u{E9}")) == [1])
        #expect(table.clients(.uid("e\u{301}")) == [2])
    }

    @Test func `binding anew ends the binding before`() {
        let table = Self.make(clients: 1, 2)
        _ = table.bind(1, to: "7", serial: 10)
        _ = table.bind(2, to: "7", serial: 11)
        _ = table.bind(1, to: "7", serial: 12)
        #expect(table.clients(.uid("7")) == [2, 1])
        _ = table.bind(1, to: "8", serial: 13)
        #expect(table.clients(.uid("7")) == [2])
        #expect(table.bindSerial(of: 1) == 13)
    }

    @Test func `a client that leaves is in no list, and its uid vanishes with the last`() {
        let table = Self.make(clients: 1, 2)
        _ = table.bind(1, to: "7", serial: 10)
        let removed = [table.remove(1), table.remove(1)]
        #expect(removed == ["client 1", nil])
        #expect(table.clients(.uid("7")).isEmpty)
        #expect(table.uidCount == 0)
        #expect(table.count == 1)
        let isBound = table.bind(1, to: "7", serial: 11)
        #expect(!isBound)
    }

    @Test func `unbinding tells whether there was a binding`() {
        let table = Self.make(clients: 1)
        let before = table.unbind(1)
        _ = table.bind(1, to: "7", serial: 10)
        let after = table.unbind(1)
        #expect([before, after] == [false, true])
        #expect(table.uid(of: 1) == nil)
        #expect(table.bindSerial(of: 1) == nil)
        let unknown = table.unbind(9)
        #expect(!unknown)
    }

    @Test func `a client of very many groups joins one more as quickly as a client of few`() {
        let table = Self.make(clients: 1, 2)
        let names = (0..<20_000).map { "group \($0)" }
        let start = ContinuousClock.now
        for (serial, name) in zip(UInt64(10)..., names) {
            table.join(1, group: name, serial: serial)
            table.join(1, group: name, serial: serial)
        }
        #expect(ContinuousClock.now - start < .seconds(5))  // by looking along the others it takes minutes
        #expect(table.groups(of: 1) == names)
        for name in names[..<1000] { table.leave(1, group: name) }
        table.dissolve(group: names[1000])
        table.join(1, group: names[0], serial: 1_000_000)
        #expect(table.groups(of: 1) == names[1001...] + [names[0]])
        _ = table.remove(1)
        #expect(table.listGroups().isEmpty)
    }

    @Test func `a group has its clients in order of joining, each once`() {
        let table = Self.make(clients: 1, 2, 3)
        for (serial, client) in [3, 1, 3, 2].enumerated() {
            table.join(UInt32(client), group: "room", serial: UInt64(10 + serial))
        }
        #expect(table.clients(.group("room")) == [3, 1, 2])
        table.leave(1, group: "room")
        #expect(table.clients(.group("room")) == [3, 2])
        #expect(table.groups(of: 1) == [])
        #expect(table.groups(of: 3) == ["room"])
        #expect(table.groups(of: 9) == nil)
    }

    @Test func `a group keeps its birth while it has a client on any loop`() {
        let births = GroupBirths()
        let tables = [Self.make(clients: 1), Self.make(clients: 2)]
        for table in tables { table.births = births }
        tables[0].join(1, group: "old", serial: 10)
        tables[1].join(2, group: "new", serial: 11)
        tables[1].join(2, group: "old", serial: 12)
        tables[0].leave(1, group: "old")
        #expect(tables[1].listGroups().sorted { $0.serial < $1.serial }.map(\.name) == ["old", "new"])
        tables[1].dissolve(group: "old")
        tables[0].join(1, group: "old", serial: 13)
        #expect(tables[0].listGroups().map(\.serial) == [13])
    }

    @Test func `a group is as old as the first join that was ordered, whichever loop obeyed first`() {
        let births = GroupBirths()
        let tables = [Self.make(clients: 1, 3), Self.make(clients: 2)]
        for table in tables { table.births = births }
        tables[1].join(2, group: "a", serial: 12)
        tables[0].join(1, group: "a", serial: 10)
        tables[0].join(3, group: "b", serial: 11)
        tables[0].leave(1, group: "a")
        let listed = tables.flatMap { $0.listGroups() }.sorted { $0.serial < $1.serial }
        #expect(listed.map(\.name) == ["a", "b"])
    }

    @Test func `a group vanishes with its last client and is born anew with the next`() {
        let table = Self.make(clients: 1, 2)
        table.join(1, group: "a", serial: 10)
        table.join(2, group: "b", serial: 11)
        _ = table.remove(1)
        #expect(table.listGroups().map(\.name) == ["b"])
        table.join(2, group: "a", serial: 12)
        #expect(table.listGroups().sorted { $0.serial < $1.serial }.map(\.name) == ["b", "a"])
        table.dissolve(group: "a")
        #expect(table.groups(of: 2) == ["b"])
        table.join(2, group: "a", serial: 13)
        #expect(table.clients(.group("a")) == [2])
    }

    @Test func `whoever is visited may go, and those behind are visited all the same`() {
        let table = Self.make(clients: 1, 2, 3)
        for client in [1, 2, 3] as [UInt32] { table.join(client, group: "room", serial: UInt64(10 + client)) }
        var visited: [UInt32] = []
        table.visit(group: "room") { connection, _ in
            visited.append(connection)
            _ = table.remove(connection)
        }
        #expect(visited == [1, 2, 3])
        #expect(table.count == 0)
        #expect(table.listGroups().isEmpty)
    }

    @Test(arguments: [
        (#""#, #"a:1:{s:1:"a";i:1;}"#, #"a:1:{s:1:"a";i:1;}"#),
        ("0", "a:1:{i:0;i:1;}", "a:1:{i:0;i:1;}"),
        (
            #"a:2:{s:1:"a";i:1;s:1:"b";i:2;}"#, #"a:2:{s:1:"c";i:3;s:1:"a";N;}"#,
            #"a:3:{s:1:"a";N;s:1:"b";i:2;s:1:"c";i:3;}"#
        ),
        (
            #"a:1:{s:1:"a";a:2:{i:0;i:1;i:1;i:2;}}"#, #"a:1:{s:1:"a";a:1:{i:0;i:9;}}"#,
            #"a:1:{s:1:"a";a:2:{i:0;i:9;i:1;i:2;}}"#
        ),
        (#"a:1:{s:1:"a";a:0:{}}"#, #"a:1:{s:1:"a";i:1;}"#, #"a:1:{s:1:"a";i:1;}"#),
        (
            #"a:2:{s:4:"user";O:8:"stdClass":1:{s:2:"id";i:7;}s:1:"n";i:1;}"#, #"a:1:{s:1:"n";i:2;}"#,
            #"a:2:{s:4:"user";O:8:"stdClass":1:{s:2:"id";i:7;}s:1:"n";i:2;}"#
        ),
        (
            #"a:2:{s:1:"n";i:1;i:1;d:0.5;}"#, #"a:2:{s:1:"n";C:1:"T":4:{a;}}}s:1:"e";E:3:"A:B";}"#,
            #"a:3:{s:1:"n";C:1:"T":4:{a;}}}i:1;d:0.5;s:1:"e";E:3:"A:B";}"#
        ),
        (
            #"a:1:{s:1:"a";a:2:{i:0;O:1:"A":0:{}i:1;b:1;}}"#, #"a:1:{s:1:"a";a:2:{i:1;O:1:"B":0:{}s:1:"x";N;}}"#,
            #"a:1:{s:1:"a";a:3:{i:0;O:1:"A":0:{}i:1;O:1:"B":0:{}s:1:"x";N;}}"#
        ),
    ])
    func `a session is merged as array_replace_recursive does`(old: String, change: String, merged: String) {
        let table = Self.make(clients: 1)
        table.setSession(of: 1, to: Array(old.utf8))
        #expect(throws: Never.self) { try table.mergeSession(of: 1, with: Array(change.utf8)) }
        #expect(String(decoding: table.session(of: 1), as: UTF8.self) == merged)
    }

    @Test func `a session of any depth is merged`() throws {
        let table = Self.make(clients: 1)
        func session(_ number: Int) -> String {
            let depth = 100_000
            let tree = String(repeating: "a:1:{i:0;", count: depth) + "N;" + String(repeating: "}", count: depth)
            return #"a:2:{s:1:"n";i:\#(number);s:4:"tree";\#(tree)}"#
        }
        table.setSession(of: 1, to: Array(session(1).utf8))
        try table.mergeSession(of: 1, with: Array(#"a:1:{s:1:"n";i:2;}"#.utf8))
        #expect(table.session(of: 1) == Array(session(2).utf8))
    }

    @Test(arguments: [
        ("rubbish", "a:0:{}", PHPValue.Malformed.syntax), ("i:7;", "a:0:{}", .syntax), ("a:0:{}", "i:7;", .syntax),
        ("a:0:{}", "a:0:{}a:0:{}", .trailingBytes), (#"a:2:{i:0;i:1;i:1;R:2;}"#, "a:0:{}", .refusedType),
        (#"a:0:{}"#, #"a:2:{i:0;O:1:"A":0:{}i:1;r:2;}"#, .refusedType),
        ("a:1:{i:0;a:1:{i:0;}}", "a:0:{}", .syntax), (#"a:1:{i:0;C:1:"A":9:{}}"#, "a:0:{}", .syntax),
    ])
    func `a session that cannot be merged stays as it is`(old: String, change: String, reason: PHPValue.Malformed) {
        let table = Self.make(clients: 1)
        table.setSession(of: 1, to: Array(old.utf8))
        #expect(throws: reason) { try table.mergeSession(of: 1, with: Array(change.utf8)) }
        #expect(String(decoding: table.session(of: 1), as: UTF8.self) == old)
    }

    @Test func `a serialized array cut anywhere is not merged`() {
        let whole = Array(
            #"a:4:{s:1:"o";O:1:"A":1:{s:1:"x";a:1:{i:0;d:0.5;}}s:1:"c";C:1:"T":2:{a;}s:1:"e";E:3:"A:B";i:7;b:1;}"#.utf8
        )
        let table = Self.make(clients: 1)
        table.setSession(of: 1, to: Array("a:0:{}".utf8))
        for end in whole.indices {
            #expect(throws: PHPValue.Malformed.self) { try table.mergeSession(of: 1, with: Array(whole[..<end])) }
        }
        #expect(throws: Never.self) { try table.mergeSession(of: 1, with: whole) }
        #expect(table.session(of: 1) == whole)
    }

    @Test func `that all members of a large uid and group go costs no more for each than for one`() {
        func cost(of count: UInt32) -> Duration {
            let table = ClientTable<UInt32>()
            for client in 1...count {
                table.insert(client, connection: client, serial: UInt64(client))
                _ = table.bind(client, to: "everyone", serial: UInt64(count + client))
                table.join(client, group: "everyone", serial: UInt64(2 * count + client))
            }
            return ContinuousClock().measure { for client in 1...count { _ = table.remove(client) } }
        }
        // Linear is 32 times, quadratic 1024 times as much; a busy machine may be unfair to some of the tries.
        let isLinear = (1...10).contains { _ in
            let small = cost(of: 500)
            return cost(of: 16000) < small * 300
        }
        #expect(isLinear)
    }

    private static func make(clients: UInt32...) -> ClientTable<String> {
        let table = ClientTable<String>()
        for client in clients { table.insert("client \(client)", connection: client, serial: UInt64(client)) }
        return table
    }
}

extension ClientTable {
    /// The numbers of the clients of a condition.
    func clients(_ condition: ClientCondition) -> [UInt32] { find(condition, []).map(\.row.connection) }
}
