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
