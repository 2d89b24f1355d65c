/// Clients in the order in which they came: those of one uid or group, side by side in memory.
///
/// A client is found by its serial, so leaving costs a binary search, however many there are; the places of those that
/// left are given up together, once they are the greater part.
struct Roster<Member> {
    struct Seat {
        let serial: UInt64
        let connection: UInt32
        /// Nil where the client has left.
        fileprivate(set) var member: Member?
    }

    /// The clients, and the places of some that left.
    private(set) var seats: [Seat] = []
    /// How many clients there are.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Adds a client; serials grow.
    mutating func append(_ member: Member, _ connection: UInt32, serial: UInt64) {
        precondition(seats.last.map { $0.serial < serial } ?? true, "serials grow")
        seats.append(Seat(serial: serial, connection: connection, member: member))
        count += 1
    }

    /// Takes out the client that came with this serial.
    mutating func remove(serial: UInt64) {
        var (low, high) = (0, seats.count)
        while low < high {
            let middle = (low + high) / 2
            if seats[middle].serial < serial { low = middle + 1 } else { high = middle }
        }
        guard low < seats.count, seats[low].serial == serial, seats[low].member != nil else { return }
        seats[low].member = nil
        count -= 1
        if seats.count > 2 * count + 8 { seats = seats.filter { $0.member != nil } }
    }

    /// Calls `body` with each client; what joins or leaves meanwhile changes nothing.
    func visit(_ body: (UInt32, Member) -> Void) {
        for seat in seats {
            if let member = seat.member { body(seat.connection, member) }
        }
    }
}

/// A name that clients share, a uid or a group, and who they are.
final class Circle<Member> {
    let name: String
    /// When it came about.
    let serial: UInt64
    var roster = Roster<Member>()

    init(_ name: String, serial: UInt64) {
        self.name = name
        self.serial = serial
    }
}
