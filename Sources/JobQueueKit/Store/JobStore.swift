/// Where jobs are kept: the seam between the queue and its drivers.
///
/// Time is the store's own. Everything is batched, so that a driver can make one round trip or one commit of many, and no
/// client holds a lock between two calls.
///
/// The order of a channel is by priority (lower first), then by the time a job became due, then by the order of pushing.
/// Of a partition one job at a time is offered, the first by that order. A failed job keeps its turn while it waits for its
/// next try: the later ones of its partition wait with it. A delayed or snoozed job has no turn before it is due, and then
/// takes its place by that time. Nothing is lent of a channel that is paused, nor beyond its cap.
public protocol JobStore: JobAdministration {
    /// Keeps jobs durably and returns their identities in the same order, when they are safe.
    ///
    /// For a unique key that is held in its channel, the holder's identity is returned and nothing is kept. All are kept or
    /// none.
    func push(_ jobs: [NewJob]) async throws(QueueError) -> [JobID]

    /// Lends at most `max` ready jobs of the channels, first the ones in front; empty when there is none.
    ///
    /// Before that, jobs whose lease has run out or whose owner is dead are counted as crashed and made ready again.
    ///
    /// - Parameters:
    ///   - max: How many at most.
    ///   - channels: Where to look; the order does not matter.
    ///   - owner: The process that will run them.
    ///   - lease: For how long they are lent unless `extend` is called.
    /// - Returns: What was lent, in order.
    /// - Throws: When the store cannot be reached or written.
    func reserve(
        max: Int,
        channels: [Channel],
        owner: Owner,
        lease: Duration
    ) async throws(QueueError) -> [Reservation]

    /// Takes the word of a worker on jobs it had reserved; false where the job has since been lent anew or made ready.
    func settle(_ outcomes: [(Reservation.Token, Outcome)]) async throws(QueueError) -> [Bool]

    /// Does what `settle` and then `reserve` do, so that a worker that is busy asks once for both.
    ///
    /// A driver that can do both in one commit or one round trip does; others need not say anything. Either both are done
    /// or the call throws.
    func settle(
        _ outcomes: [(Reservation.Token, Outcome)],
        reservingUpTo max: Int,
        channels: [Channel],
        owner: Owner,
        lease: Duration
    ) async throws(QueueError) -> (settled: [Bool], reserved: [Reservation])

    /// Makes leases end `by` from now; false where the job is no longer lent under that token.
    func extend(_ tokens: [Reservation.Token], by lease: Duration) async throws(QueueError) -> [Bool]

    /// The earliest moment at which a job may become ready by the passing of time alone: a delay or a lease that ends.
    func nextWake() async throws(QueueError) -> WallTime?

    /// Keeps what runs say about how far they have come, instead of what they said before; false where the job is no
    /// longer lent under that token.
    func report(_ progress: [(Reservation.Token, JobProgress)]) async throws(QueueError) -> [Bool]

    /// Notified when a job may have become ready, or a next wake-up time may have changed, by a call on this value.
    var wake: WakeSignal { get }

    /// Takes what `reserve` has counted as crashed.
    var reclaims: ReclaimLog { get }

    /// How often to look for what other processes did; nil where only this value is used.
    var pollInterval: Duration? { get }
}

extension JobStore {
    /// One after the other.
    public func settle(
        _ outcomes: [(Reservation.Token, Outcome)],
        reservingUpTo max: Int,
        channels: [Channel],
        owner: Owner,
        lease: Duration
    ) async throws(QueueError) -> (settled: [Bool], reserved: [Reservation]) {
        let settled = try await settle(outcomes)
        return (settled, try await reserve(max: max, channels: channels, owner: owner, lease: lease))
    }
}
