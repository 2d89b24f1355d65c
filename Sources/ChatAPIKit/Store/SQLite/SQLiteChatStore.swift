package import PlatformCore
import SQLiteCore

/// The chat's store in one SQLite file.
///
/// ```swift
/// let store = try SQLiteChatStore(path: "data/hawk.sqlite")
/// ```
///
/// Several processes of one machine may share the file. Every commit is synced to the disk before its method returns
/// (synchronous FULL); commits of many callers share one sync. No query costs more because other users have more.
public struct SQLiteChatStore: ChatStore {
    let database: Database
    let clock: WallClock
    let makeID: @Sendable (Int64) -> String
    private let onFailure: @Sendable (ChatError) -> Void

    /// Opens the file, making it and its directory if needed; blocks while it does.
    ///
    /// Refuses a damaged file, one of another program and one of a newer version.
    public init(path: String) throws(ChatError) {
        try self.init(path: path, clock: .system)
    }

    package init(
        path: String,
        clock: WallClock,
        makeID: @escaping @Sendable (Int64) -> String = { Identifier.make(at: $0) },
        onFailure: @escaping @Sendable (ChatError) -> Void = { _ in }
    ) throws(ChatError) {
        do {
            let options = Database.Options(
                synchronous: .full,
                applicationID: ChatSchema.applicationID,
                migrations: ChatSchema.migrations
            )
            database = try Database(path: path, options: options)
        } catch {
            throw ChatError(.storage, attempted: "open the chat's database", cause: "\(error)")
        }
        self.clock = clock
        self.makeID = makeID
        self.onFailure = onFailure
    }

    /// Finishes what waits and closes the file; every later call throws.
    public func close() async {
        await database.close()
    }

    /// Writes to the disk what it says already, a page of a few kilobytes.
    ///
    /// Reading goes on on a disk that is full or was mounted read-only; this tells.
    package func checkWriting() async throws(ChatError) {
        try await write("write to the chat's database") { connection in
            let version = try connection.first("PRAGMA user_version") { $0.int(0) } ?? 0
            try connection.execute("PRAGMA user_version = \(version)")
        }
    }

    /// One transaction, durable when this returns.
    func write<Value: Sendable>(
        _ attempted: String,
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws(ChatError) -> Value {
        do {
            return try await database.write(body)
        } catch {
            throw failure(attempted, error)
        }
    }

    /// Queries that see one state of the file.
    func read<Value: Sendable>(
        _ attempted: String,
        _ body: @escaping @Sendable (Connection) throws -> Value
    ) async throws(ChatError) -> Value {
        do {
            return try await database.read(body)
        } catch {
            throw failure(attempted, error)
        }
    }

    private func failure(_ attempted: String, _ cause: any Error) -> ChatError {
        let error = ChatError(.storage, attempted: attempted, cause: "\(cause)")
        onFailure(error)
        return error
    }
}
