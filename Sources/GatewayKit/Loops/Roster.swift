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

    /// Adds a client at its serial's place: the last one, unless callers overtook each other on their way to the loop.
    mutating func insert(_ member: Member, _ connection: UInt32, serial: UInt64) {
        let seat = Seat(serial: serial, connection: connection, member: member)
        if let last = seats.last, last.serial > serial {
            seats.insert(seat, at: place(of: serial))
        } else {
            seats.append(seat)
        }
        count += 1
    }

    /// Takes out the client that came with this serial.
    mutating func remove(serial: UInt64) {
        let place = place(of: serial)
        guard place < seats.count, seats[place].serial == serial, seats[place].member != nil else { return }
        seats[place].member = nil
        count -= 1
        if seats.count > 2 * count + 8 { seats = seats.filter { $0.member != nil } }
    }

    /// Where a serial stands, or would stand.
    private func place(of serial: UInt64) -> Int {
        var (low, high) = (0, seats.count)
        while low < high {
            let middle = (low + high) / 2
            if seats[middle].serial < serial { low = middle + 1 } else { high = middle }
        }
        return low
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
    /// When it came about: the lowest serial of those who were in it.
    private(set) var serial: UInt64
    private(set) var roster = Roster<Member>()

    init(_ name: String, serial: UInt64) {
        self.name = name
        self.serial = serial
    }

    func insert(_ member: Member, _ connection: UInt32, serial: UInt64) {
        self.serial = min(self.serial, serial)
        roster.insert(member, connection, serial: serial)
    }

    func remove(serial: UInt64) { roster.remove(serial: serial) }
}
