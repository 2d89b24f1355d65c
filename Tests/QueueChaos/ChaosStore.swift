import JobQueueKit
import PlatformCore
import SQLiteCore

/// Where a run keeps its store and its lines.
struct ChaosStore: Sendable {
    enum Driver: String, Sendable {
        case file
        case sqlite
    }

    let driver: Driver
    let directory: String

    /// What is promised or done, in the words of a script.
    var log: String { "\(directory)/log" }
    /// The jobs whose push has returned.
    var acknowledged: String { "\(directory)/acknowledged" }
    /// The runs of jobs.
    var effects: String { "\(directory)/effects" }
    /// The store has a directory to itself, which may be a small disk.
    var disk: String { "\(directory)/disk" }
    private var database: String { "\(disk)/queue.sqlite" }

    /// A value of the store as any process has it.
    func open() throws -> any JobStore {
        switch driver {
        case .file: try FileJobStore(path: "\(disk)/queue")
        case .sqlite: try SQLiteJobStore(path: database)
        }
    }

    /// Asks SQLite whether the file is whole.
    func checkIntegrity() async throws {
        guard driver == .sqlite else { return }
        let options = Database.Options(
            applicationID: SQLiteSchema.applicationID,
            migrations: SQLiteSchema.migrations
        )
        let database = try Database(path: database, options: options)
        let findings = try await database.read { try $0.rows("PRAGMA integrity_check") { $0.text(0) } }
        await database.close()
        try promise(findings == ["ok"], "the file is whole; SQLite says \(findings)")
    }
}

extension JobStore {
    /// How many jobs have succeeded.
    func done() async throws -> Int { try await counts().map(\.done).reduce(0, +) }
}
