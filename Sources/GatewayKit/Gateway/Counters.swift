import Synchronization

/// What one loop has counted: written on its loop only, read from anywhere.
///
/// A count is a plain load and store, so counting costs what an increment of a field costs; a reader may see one count
/// a moment before another.
package final class Counters: Sendable {
    let connections = Counter()
    let accepted = Counter()
    let connectionsRefused = Counter()
    let handshakesRefused = Counter()
    let clients = Counter()
    let clientsOpened = Counter()
    let messagesReceived = Counter()
    let bytesReceived = Counter()
    let messagesSent = Counter()
    let bytesSent = Counter()
    let messagesDropped = Counter()
    let bytesDropped = Counter()
    let slowClients = Counter()
    let slowClosed = Counter()
    let violations = Counter()
    let messagesTooBig = Counter()
    let rateLimited = Counter()
    let unfinishedClosed = Counter()
    let pingsSent = Counter()
    let silentClosed = Counter()
    let tlsFailures = Counter()

    package init() {}

    /// Counts a client that is closed for what it did.
    func count(_ violation: Violation) {
        switch violation {
        case .messageTooBig, .tooManyFragments: messagesTooBig.add()
        case .tooManyMessages: rateLimited.add()
        case .noRoom: unfinishedClosed.add()
        default: violations.add()
        }
    }
}

/// A number that one thread changes and every thread may read.
struct Counter: ~Copyable {
    private let number = Atomic<Int>(0)

    var value: Int { number.load(ordering: .relaxed) }

    /// Adds; by the one thread that owns the counter.
    func add(_ more: Int = 1) {
        number.store(number.load(ordering: .relaxed) &+ more, ordering: .relaxed)
    }
}
