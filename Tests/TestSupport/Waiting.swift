/// Why a wait in a test ended: the promise that was not kept in time.
public struct DeadlineExceeded: Error, CustomStringConvertible {
    /// What was waited for.
    public let description: String

    /// Makes an error that says what was waited for.
    public init(description: String) {
        self.description = description
    }
}

/// What every deadline is multiplied by: it ends a hang, and says nothing about how fast a loaded machine is.
private let patience = 5

/// Runs `body`, and throws `DeadlineExceeded` naming `what` if it has not ended after `limit` (times `patience`).
public func within<Result: Sendable>(
    _ limit: Duration = .seconds(20),
    _ what: String,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit * patience)
            throw DeadlineExceeded(description: "not within \(limit): \(what)")
        }
        defer { group.cancelAll() }
        return try await group.next()!
    }
}

/// Asks `condition` every few milliseconds until it holds; throws `DeadlineExceeded` naming `what` after `limit` (times `patience`).
///
/// For what has no event to wait for, such as another process's state.
public func eventually(
    _ limit: Duration = .seconds(20),
    _ what: String,
    _ condition: @escaping @Sendable () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit * patience
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw DeadlineExceeded(description: "not within \(limit): \(what)")
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}
