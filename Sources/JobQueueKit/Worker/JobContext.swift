/// What a handler knows of the job it runs, beside its content.
///
/// The run is cancelled (`Task.isCancelled`) when its ttr is over, when its lease was lost, and when the worker stops and
/// has no more time.
public struct JobContext: Sendable {
    /// The job's identity.
    public let id: JobID
    /// Its name.
    public let name: String
    /// The channel it came from.
    public let channel: Channel
    /// How often it was handed to a worker, this time included.
    public let deliveries: Int
    /// How many runs failed before.
    public let failures: Int
    /// How many runs ended with their worker before.
    public let crashes: Int
    /// How many runs may fail.
    public let attempts: Int
    /// When it was pushed.
    public let pushedAt: WallTime
    /// When this run will be cancelled.
    public let deadline: WallTime

    private let token: Reservation.Token
    private let store: any JobStore

    /// Says how far the run has come, for `JobQueue.status(of:)`.
    ///
    /// It costs a write of the store, so say it when there is something to see, not for each step. What the store refuses
    /// is not the job's trouble and is passed over.
    public func report(_ progress: JobProgress) async {
        _ = try? await store.report([(token, progress)])
    }

    init(_ reservation: Reservation, store: any JobStore) {
        token = reservation.token
        self.store = store
        id = reservation.token.id
        name = reservation.name
        channel = reservation.options.channel
        deliveries = reservation.deliveries
        failures = reservation.failures
        crashes = reservation.crashes
        attempts = reservation.options.attempts
        pushedAt = reservation.pushedAt
        deadline = .now + reservation.options.ttr
    }
}
