import GatewayKit
import Testing

struct ClientTableHistoryTests {
    @Test(arguments: 1...10)
    func `a table says what plain lists say, whatever was done to it`(seed: UInt64) throws {
        var history = History(seed: seed)
        for _ in 0..<150 {
            for _ in 0..<4 { history.step() }
            try #require(history.difference() == nil)
        }
    }

    /// A table and its model, to which the same is done.
    private struct History {
        private static let names = [
            "7", "07", "room", "\u{E9}", "e\u{301}", "a uid that is longer than a small string",
        ]

        private let table = ClientTable<UInt32>()
        private var model = ClientTableModel()
        private let heard = Heard()
        private var random: SplitMix
        private var steps: UInt64 = 0
        private var used: Set<UInt64> = []

        init(seed: UInt64) {
            random = SplitMix(state: seed)
            table.uidChanged = { [heard] uid, isPresent in heard.changes.append("\(isPresent ? "+" : "-")\(uid)") }
        }

        mutating func step() {
            steps += 1
            let serial = takeSerial()
            let connection = UInt32.random(in: 1...40, using: &random)
            let name = Self.names.randomElement(using: &random)!
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<5:
                guard table[connection] == nil else { return }
                table.insert(connection, connection: connection, serial: steps)
                model.insert(connection)
            case 5..<8:
                _ = table.remove(connection)
                model.remove(connection)
            case 8..<11:
                _ = table.bind(connection, to: name, serial: serial)
                model.bind(connection, to: name, serial: serial)
            case 11:
                _ = table.unbind(connection)
                model.unbind(connection)
            case 12..<16:
                table.join(connection, group: name, serial: serial)
                model.join(connection, group: name, serial: serial)
            case 16..<18:
                table.leave(connection, group: name)
                model.leave(connection, group: name)
            case 18:
                table.dissolve(group: name)
                model.dissolve(group: name)
            default:
                table.setSession(of: connection, to: Array(name.utf8))
                model.setSession(of: connection, to: Array(name.utf8))
            }
        }

        /// Serials grow, but for some that were overtaken.
        private mutating func takeSerial() -> UInt64 {
            var serial = 10 * steps
            if Int.random(in: 0..<4, using: &random) == 0 {
                serial -= .random(in: 1...min(60, serial - 1), using: &random)
            }
            while !used.insert(serial).inserted { serial += 1 }
            return serial
        }

        /// The first thing in which the two differ; nil if they agree.
        mutating func difference() -> String? {
            let (told, expected) = (heard.changes, model.takeHeard())
            heard.changes = []
            if !told.elementsEqual(expected, by: { $0.utf8.elementsEqual($1.utf8) }) { return "uids heard of" }
            if table.count != model.entries.count { return "count" }
            if table.uidCount != model.uids.count { return "uidCount" }
            let rows = model.entries.map { entry in
                ClientRow(
                    connection: entry.connection,
                    uid: entry.binding?.uid,
                    groups: entry.groups.map { $0.map(\.name) },
                    session: entry.session
                )
            }
            if table.findAll([.uid, .groups, .session]).map(\.row) != rows { return "rows" }
            if table.visited({ table.visitAll($0) }) != rows.map(\.connection) { return "visits of all" }
            for name in Self.names {
                let (bound, members) = (model.find(.uid(name)), model.find(.group(name)))
                if table.clients(.uid(name)) != bound { return "clients of the uid \(name)" }
                if table.visited({ table.visit(uid: name, $0) }) != bound { return "visits of the uid \(name)" }
                if table.clients(.group(name)) != members { return "clients of the group \(name)" }
                if table.visited({ table.visit(group: name, $0) }) != members { return "visits of the group \(name)" }
                if table.count(inGroup: name) != members.count { return "count of the group \(name)" }
            }
            let groups = table.listGroups().sorted { $0.serial < $1.serial }
            let isSame = groups.elementsEqual(model.births.sorted { $0.serial < $1.serial }) {
                $0.serial == $1.serial && $0.name == $1.name
            }
            return isSame ? nil : "groups"
        }
    }

    private final class Heard {
        var changes: [String] = []
    }

    /// A small random number generator that can be begun anew.
    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}

extension ClientTable {
    fileprivate func visited(_ visit: ((UInt32, Member) -> Void) -> Void) -> [UInt32] {
        var visited: [UInt32] = []
        visit { connection, _ in visited.append(connection) }
        return visited
    }
}
