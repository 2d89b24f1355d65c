/// One run of a job, as events name it.
public struct JobRun: Sendable, Hashable {
    /// The job.
    public let id: JobID
    /// Its name.
    public let name: String
    /// Where it came from.
    public let channel: Channel
    /// How often it was handed to a worker, this time included.
    public let delivery: Int

    init(_ reservation: Reservation) {
        id = reservation.token.id
        name = reservation.name
        channel = reservation.options.channel
        delivery = reservation.deliveries
    }
}
