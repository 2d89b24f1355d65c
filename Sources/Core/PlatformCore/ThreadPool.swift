/// A fixed number of threads that run blocking closures in the order they were given (one thread: strictly one by one).
///
/// The way off the cooperative pool and off an event loop for whatever blocks: files, `getaddrinfo`, SQLite's readers.
package final class ThreadPool: Sendable {
    private let inbox = BlockingQueue<@Sendable () -> Void>()
    private let threads: [Thread]

    package init(name: String, threads count: Int = 1) {
        threads = (0..<count).map { [inbox] index in
            Thread(name: count == 1 ? name : "\(name)-\(index)") {
                while let job = inbox.take(max: 1).first { job() }
            }
        }
    }

    deinit {
        inbox.close()
        for thread in threads { thread.detach() }
    }

    /// Runs `body` on a thread of the pool and returns what it returns.
    ///
    /// Cancellation does not interrupt `body`: what began on a disk is finished.
    package func run<Result: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let result: Swift.Result<Result, Failure> = await withCheckedContinuation { continuation in
            let accepted = inbox.push {
                do throws(Failure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            precondition(accepted, "a thread pool in use is not deinitialised")
        }
        return try result.get()
    }
}
