/// How long and how much waits for workers of PHP's GatewayWorker.
package struct WorkerLimits: Sendable {
    /// How long events wait for a worker at the start, and when the last one has gone.
    package var grace: Duration = .seconds(10)
    /// How many bytes of them may wait.
    package var maxWaiting = 16 << 20
    /// How many bytes may wait for one worker, as in the original.
    package var maxUnsent = 10 << 20
    /// How often workers get a sign of life, unless they are on 127.0.0.1.
    package var ping: Duration = .seconds(25)

    package init() {}
}
