import ChatAPIKit
import JobQueueKit
import SQLiteCore

/// `hawk backup FILE` and `hawk check [FILE]`, while hosts are running or not.
struct DatabaseCommands {
    let settings: Settings
    let output: (String) throws -> Void

    /// Copies the chat's database to a file, and the queue's, where it is SQLite, to that name with `.queue` behind it.
    func backUp(to target: String) throws {
        try copy(settings.database, to: target)
        // Older jobs than answers or newer ones, either is healed: what ended is not run again, what is lost is swept up.
        if case .sqlite(let queue) = settings.queue, DatabaseFile(queue).exists {
            try copy(queue, to: "\(target).queue")
        }
    }

    /// Says of a file, or of the database and the queue in use, what is in them; false if one is not sound.
    func check(_ file: String?) throws -> Bool {
        if let file { return try check(file, nil) }
        var isSound = try check(settings.database, ChatSchema.applicationID)
        if case .sqlite(let queue) = settings.queue, DatabaseFile(queue).exists {
            isSound = try check(queue, SQLiteSchema.applicationID) && isSound
        }
        return isSound
    }

    private func copy(_ path: String, to target: String) throws {
        try DatabaseFile(path).copy(to: target)
        try output("\(path) is backed up to \(target)\n")
    }

    private func check(_ path: String, _ expected: Int32?) throws -> Bool {
        let report = try DatabaseFile(path).check()
        var problems = report.problems
        let kind = Self.kinds[report.applicationID]
        if kind == nil || expected.map({ $0 != report.applicationID }) ?? false {
            problems.append("it belongs to another program (application id \(report.applicationID))")
        }
        if let known = kind?.version, report.version > known {
            problems.append("it was written by a newer version (schema \(report.version), this one knows \(known))")
        }
        try output("\(path): \(kind?.name ?? "unknown"), schema \(report.version)\n")
        for (table, rows) in report.counts { try output("  \(table): \(rows)\n") }
        for problem in problems { try output("  NOT SOUND: \(problem)\n") }
        if problems.isEmpty { try output("  sound\n") }
        return problems.isEmpty
    }

    private static let kinds: [Int32: (name: String, version: Int)] = [
        ChatSchema.applicationID: ("conversations", ChatSchema.migrations.count),
        SQLiteSchema.applicationID: ("jobs", SQLiteSchema.migrations.count),
    ]
}
