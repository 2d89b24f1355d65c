/// What the name of a job's file says: its identity, its place in the order, its counts, and the lease while it is lent.
///
/// The name begins with a key by which names sort as the jobs do; the rest is the same in every directory. All that changes
/// in a job's life is in its name, so that each change is one rename.
package struct FileJobName: Hashable {
    var id: String
    var priority: Int
    var readyAt: Int64
    var deliveries = 0
    var failures = 0
    var crashes = 0
    var fence: Int64 = 0
    /// Of a waiting job: whether the later ones of its partition wait with it.
    var keepsTurn = false
    var leaseEnd: Int64 = 0
    var owner = "-"

    package init(id: String, priority: Int, readyAt: Int64) {
        self.id = id
        self.priority = priority
        self.readyAt = readyAt
    }

    /// Nil for a name that is no job's.
    init?(_ name: String) {
        let fields = name.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == 11, let priority = Int(fields[2]), let readyAt = Int64(fields[3]),
            let deliveries = Int(fields[4]), let failures = Int(fields[5]), let crashes = Int(fields[6]),
            let fence = Int64(fields[7]), let leaseEnd = Int64(fields[9])
        else { return nil }
        self.init(id: String(fields[1]), priority: priority, readyAt: readyAt)
        self.deliveries = deliveries
        self.failures = failures
        self.crashes = crashes
        self.fence = fence
        keepsTurn = fields[8] == "1"
        self.leaseEnd = leaseEnd
        owner = String(fields[10])
    }

    /// Whether a name is a job's, found without taking it apart: ten commas, and numbers between the third and the last.
    static func isOne(_ name: String) -> Bool {
        var commas = 0
        for byte in name.utf8 {
            if byte == UInt8(ascii: ",") {
                commas += 1
            } else if 2..<10 ~= commas, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte), byte != UInt8(ascii: "-") {
                return false
            }
        }
        return commas == 10
    }

    /// Whether a name is that of a job, found as quickly.
    static func isOne(_ name: String, of id: String) -> Bool {
        guard let comma = name.utf8.firstIndex(of: UInt8(ascii: ",")) else { return false }
        return name[name.utf8.index(after: comma)...].hasPrefix(id + ",")
    }

    /// Whether a text is made of lowercase hexadecimal digits, as keys and identities are.
    static func isHexadecimal(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
        }
    }

    /// Among ready jobs and those in line: sorts by priority, then time, then pushing.
    package var byTurn: String {
        text(key: Self.hex(Int64(priority) + 1 << 31, digits: 8) + Self.hex(readyAt, digits: 12) + id)
    }

    /// Among waiting jobs: sorts by the time of becoming due.
    var byTime: String { text(key: Self.hex(readyAt, digits: 12) + id) }

    /// Among reserved jobs, which are few.
    var unsorted: String { text(key: "r") }

    /// Among failed jobs: sorts by the time of failing.
    func byFailure(at time: Int64) -> String { text(key: Self.hex(time, digits: 12) + id) }

    /// The key a name begins with.
    static func key(of name: String) -> String {
        String(name.prefix { $0 != "," })
    }

    /// The identity at the end of the key of a ready job or one in line.
    static func id(ofTurn key: String) -> String { String(key.dropFirst(20)) }

    /// The time that the key of a failed job's name begins with.
    static func failureTime(of name: String) -> Int64 {
        Int64(name.prefix(12), radix: 16) ?? 0
    }

    /// Whether an owner is lent one such job at a time: `Tally.isSuspect`.
    var isSuspect: Bool { tally(attempts: .max).isSuspect }

    func tally(attempts: Int) -> Tally {
        Tally(deliveries: deliveries, failures: failures, crashes: crashes, attempts: attempts)
    }

    /// The same without a lease, with new counts.
    func settled(_ tally: Tally) -> FileJobName {
        var name = self
        name.deliveries = tally.deliveries
        name.failures = tally.failures
        name.crashes = tally.crashes
        name.keepsTurn = false
        name.leaseEnd = 0
        name.owner = "-"
        return name
    }

    private func text(key: String) -> String {
        let turn = keepsTurn ? 1 : 0
        return
            "\(key),\(id),\(priority),\(readyAt),\(deliveries),\(failures),\(crashes),\(fence),\(turn),\(leaseEnd),\(owner)"
    }

    private static func hex(_ number: Int64, digits: Int) -> String {
        let text = String(max(number, 0), radix: 16)
        return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }
}
