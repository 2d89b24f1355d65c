/// What a loop gives to the handler it makes.
public struct LoopContext: Sendable {
    /// Which of the gateway's loops it is, from 0.
    public let index: Int
    /// The loop as an executor: for actors that live on it and for tasks that must not leave it.
    ///
    /// Nothing that runs there may block, and `@concurrent` functions of a task that prefers it run there too.
    public let executor: any SerialExecutor & TaskExecutor
    /// Pushes to the sockets of all loops.
    public let client: LocalGatewayClient
}
