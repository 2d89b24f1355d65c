internal import PlatformCore

/// How many requests may be under way at once: learned from what the server refuses, fair to those who wait.
///
/// ```swift
/// let limit = ConcurrencyLimit()           // one for the account
/// let flash = DeepSeekClient(apiKey: key, configuration: .init(concurrencyLimit: limit))
/// let batch = DeepSeekClient(apiKey: key, configuration: .init(concurrencyLimit: limit))
/// ```
///
/// There is no limit until the server refuses a request as one too many (429) or has no capacity (503, or in
/// mid-answer). Then it is half of what was under way, and half again with each further refusal, but once per round
/// trip: a request that was sent before the last halving does not halve again. Every answer that ends well while the
/// limit is all used raises it a little, by one in as many answers as the limit has places. (Additive increase,
/// multiplicative decrease: what TCP does.)
///
/// A request has its place from sending to the end of its answer, a consumer's own pace included; not while it waits to
/// be tried again. Those without a place get one in the order in which they asked, whichever client they belong to.
/// Waiting ends with the task's cancellation, and counts as waiting for the first byte. A request that takes place at
/// once costs a lock; one that waits, two child tasks.
public final class ConcurrencyLimit: Sendable {
    /// What the limit is and how it is used.
    public struct State: Sendable, Hashable {
        /// How many may be under way; nil while there is no limit.
        public var limit: Int?
        /// How many are under way.
        public var running: Int
        /// How many wait for a place.
        public var waiting: Int
    }

    private let book: Lock<Book>

    /// A limit for all clients that are given it.
    ///
    /// - Parameters:
    ///   - minimum: what refusals never lower it below: 8, so that one bad moment in a quiet hour does not make the next
    ///     people wait for each other's answers; so few are left to the retries' delays.
    ///   - maximum: the most that may ever be under way, from the start: for an account that other processes use too.
    ///     Nil learns all from the server.
    public init(minimum: Int = 8, maximum: Int? = nil) {
        precondition(minimum >= 1 && maximum ?? 1 >= 1, "a limit of no request at all would never let one through")
        book = Lock(Book(minimum: minimum, maximum: maximum))
    }

    /// How it stands now.
    public var state: State {
        book.withLock { State(limit: $0.limit.map { Int($0) }, running: $0.running, waiting: $0.waiters.count) }
    }

    /// A place for one request, once there is one; nil when the deadline passes or the task is cancelled first.
    package func place(before deadline: ContinuousClock.Instant) async -> Place? {
        if let place = book.withLock({ $0.hasRoom && $0.waiters.isEmpty ? $0.take(self) : nil }) { return place }
        return await withTaskGroup(of: Place?.self) { group in
            group.addTask { await self.waitForPlace() }
            group.addTask {
                try? await Task.sleep(until: deadline, clock: .continuous)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            let second = await group.next() ?? nil  // a place that came at the last moment
            return first ?? second
        }
    }

    private func waitForPlace() async -> Place? {
        let id = book.withLock { $0.nextID() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Checked under the lock, which `onCancel` takes too: it comes either before this or finds the waiter.
                let isDecided: Place?? = book.withLock { book in
                    if Task.isCancelled { return .some(nil) }
                    if book.hasRoom, book.waiters.isEmpty { return book.take(self) }
                    book.waiters.append((id, continuation))
                    return nil
                }
                if let place = isDecided { continuation.resume(returning: place) }
            }
        } onCancel: {
            let waiter = book.withLock { $0.removeWaiter(id) }
            waiter?.resume(returning: nil)
        }
    }

    fileprivate func end(_ place: Place, _ outcome: Place.Outcome) -> Int? {
        let (lowered, admitted) = book.withLock { book in
            let lowered = book.learn(from: outcome, of: place)
            book.running -= 1
            return (lowered, book.admit(self))
        }
        for (continuation, place) in admitted { continuation.resume(returning: place) }
        return lowered
    }
}

extension ConcurrencyLimit {
    /// The right of one request to be under way; given back when it ends or is let go.
    package final class Place: Sendable {
        /// How a request ended, as far as the limit learns from it.
        package enum Outcome: Sendable {
            /// With an answer.
            case answered
            /// Refused for lack of room.
            case refused
            /// Otherwise.
            case other
        }

        fileprivate let lowerings: Int
        private let owner: ConcurrencyLimit
        private let isTaken = Lock(true)

        fileprivate init(_ owner: ConcurrencyLimit, lowerings: Int) {
            self.owner = owner
            self.lowerings = lowerings
        }

        deinit { end(.other) }

        /// Gives the place back, once; returns the new limit if this lowered it.
        @discardableResult
        package func end(_ outcome: Outcome) -> Int? {
            let wasTaken = isTaken.withLock { isTaken in
                defer { isTaken = false }
                return isTaken
            }
            return wasTaken ? owner.end(self, outcome) : nil
        }
    }

    /// Who is under way and who waits.
    private struct Book {
        typealias Continuation = CheckedContinuation<Place?, Never>

        let minimum: Int
        let maximum: Int?
        /// Its whole part holds; the rest is on the way to the next place.
        var limit: Double?
        var running = 0
        var waiters: [(id: Int, continuation: Continuation)] = []
        /// How often the limit was lowered, so that one bad moment counts once.
        private var lowerings = 0
        private var lastID = 0

        init(minimum: Int, maximum: Int?) {
            self.minimum = min(minimum, maximum ?? minimum)
            self.maximum = maximum
            limit = maximum.map { Double($0) }
        }

        var hasRoom: Bool { limit.map { running < Int($0) } ?? true }

        mutating func nextID() -> Int {
            lastID += 1
            return lastID
        }

        mutating func take(_ owner: ConcurrencyLimit) -> Place {
            running += 1
            return Place(owner, lowerings: lowerings)
        }

        mutating func removeWaiter(_ id: Int) -> Continuation? {
            guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
            return waiters.remove(at: index).continuation
        }

        mutating func admit(_ owner: ConcurrencyLimit) -> [(Continuation, Place)] {
            var admitted: [(Continuation, Place)] = []
            while hasRoom, admitted.count < waiters.count {
                admitted.append((waiters[admitted.count].continuation, take(owner)))
            }
            waiters.removeFirst(admitted.count)
            return admitted
        }

        /// Raises or lowers the limit; returns it if lowered.
        mutating func learn(from outcome: Place.Outcome, of place: Place) -> Int? {
            switch outcome {
            case .answered:
                if let limit, running >= Int(limit) { self.limit = min(limit + 1 / limit, Double(maximum ?? .max)) }
            case .refused where place.lowerings == lowerings:
                let used = min(limit ?? .infinity, Double(running))
                let halved = max(Double(minimum), (used / 2).rounded(.down))
                defer { limit = halved }
                lowerings += 1
                return halved < limit ?? .infinity ? Int(halved) : nil
            case .refused, .other: break
            }
            return nil
        }
    }
}
