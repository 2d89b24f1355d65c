/// Which worker of PHP's serves which client: a pure structure that knows no socket.
///
/// A client stays with its worker for as long as that is connected; a client without one goes to the worker that has the
/// fewest. A worker is known by its key, so one that comes back finds the clients that nobody else has been given.
package struct WorkerRoster: Sendable {
    private struct Seat {
        let key: String
        var isTaken: Bool
        var clients = 0
    }

    private var seats: [Seat] = []
    private var assigned: [UInt32: Int] = [:]

    package init() {}

    /// How many workers are connected.
    package var count: Int { seats.count { $0.isTaken } }

    /// Seats a worker; one with the same key gives its seat up.
    ///
    /// - Returns: the number of the seat.
    package mutating func enter(_ key: String) -> Int {
        if let index = seats.firstIndex(where: { $0.key == key }) {
            seats[index].isTaken = true
            return index
        }
        // A seat that nobody holds and no client waits for is given anew, so that seats follow workers and not their past.
        if let index = seats.firstIndex(where: { !$0.isTaken && $0.clients == 0 }) {
            seats[index] = Seat(key: key, isTaken: true)
            return index
        }
        seats.append(Seat(key: key, isTaken: true))
        return seats.count - 1
    }

    /// A worker has gone.
    package mutating func leave(seat: Int) { seats[seat].isTaken = false }

    /// The seat of the worker that serves a client; nil if there is no worker.
    package mutating func seat(of client: UInt32) -> Int? {
        if let seat = assigned[client] {
            if seats[seat].isTaken { return seat }
            seats[seat].clients -= 1
            assigned[client] = nil
        }
        let taken = seats.indices.filter { seats[$0].isTaken }
        guard let seat = taken.min(by: { seats[$0].clients < seats[$1].clients }) else { return nil }
        seats[seat].clients += 1
        assigned[client] = seat
        return seat
    }

    /// A client has gone.
    package mutating func forget(_ client: UInt32) {
        if let seat = assigned.removeValue(forKey: client) { seats[seat].clients -= 1 }
    }
}
