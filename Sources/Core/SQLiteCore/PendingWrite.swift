/// A write that waits for the writer thread, then for the commit of the group it ran in.
protocol PendingWrite: AnyObject, Sendable {
    /// Runs the closure and keeps what it returned; false when it threw.
    func perform(on connection: Connection) -> Bool
    /// Answers the caller: with what the closure threw, else with the failure of the transaction, else with its result.
    func complete(_ failure: SQLiteError?)
}

/// A pending write of one result type.
final class Write<Value: Sendable>: PendingWrite, @unchecked Sendable {
    // Proof of Sendable: `result` is reached only by the writer thread.
    private let body: @Sendable (Connection) throws -> Value
    private let continuation: CheckedContinuation<Value, any Error>
    private var result: Result<Value, any Error>?

    init(
        _ body: @escaping @Sendable (Connection) throws -> Value,
        _ continuation: CheckedContinuation<Value, any Error>
    ) {
        self.body = body
        self.continuation = continuation
    }

    func perform(on connection: Connection) -> Bool {
        do {
            result = .success(try body(connection))
            return true
        } catch {
            result = .failure(error)
            return false
        }
    }

    func complete(_ failure: SQLiteError?) {
        switch (result, failure) {
        case (.failure(let error), _): continuation.resume(throwing: error)
        case (_, let failure?): continuation.resume(throwing: failure)
        case (.success(let value), nil): continuation.resume(returning: value)
        case (nil, nil): preconditionFailure("a write is performed before it is completed")
        }
    }
}
