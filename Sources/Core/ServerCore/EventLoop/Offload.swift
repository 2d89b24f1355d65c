/// Runs `body` off the event loop that the caller may be on, on the global concurrent executor, and comes back.
///
/// For work that takes more than about a millisecond of a core, such as a large JSON document: `@concurrent` alone does
/// not leave a loop that the task prefers. What blocks in the system (files, `getaddrinfo`, a database) belongs to a
/// `ThreadPool`, since the global executor has few threads.
package func offload<Result: Sendable, Failure: Error>(
    _ body: @concurrent @Sendable () async throws(Failure) -> Result
) async throws(Failure) -> Result {
    try await withTaskExecutorPreference(globalConcurrentExecutor, operation: body)
}
