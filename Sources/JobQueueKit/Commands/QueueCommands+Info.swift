extension QueueCommands {
    /// How many jobs are where.
    func info(_ queue: JobQueue) async throws {
        let counts = try await queue.counts()
        func sum(_ count: (JobCounts) -> Int) -> Int { counts.reduce(0) { $0 + count($1) } }
        var text = """
            Jobs
            - waiting: \(sum(\.waiting))
            - delayed: \(sum(\.delayed))
            - reserved: \(sum(\.reserved))
            - failed: \(sum(\.failed))
            - done: \(sum(\.done))

            """
        if !counts.isEmpty {
            let head = ["channel", "name", "waiting", "delayed", "reserved", "failed", "done", "oldest"]
            text += "\n" + Self.table([head] + counts.map(Self.row))
        }
        for (channel, settings) in try await queue.store.channels().sorted(by: { $0.key.name < $1.key.name }) {
            text += "\nChannel \(Self.plain(channel.name))"
            if settings.isPaused { text += " is paused" }
            if let cap = settings.concurrency { text += "\(settings.isPaused ? "," : "") runs at most \(cap) at once" }
            text += ".\n"
        }
        output(text)
    }

    /// Where a job is.
    func status(_ id: JobID, _ queue: JobQueue) async throws {
        let status = try await queue.status(of: id)
        var text = """
            id: \(status.id)
            name: \(Self.plain(status.name))
            channel: \(Self.plain(status.channel.name))
            state: \(status.state.rawValue)

            """
        if let progress = status.progress {
            let note = progress.note.isEmpty ? "" : ", \(Self.plain(progress.note))"
            text += "progress: \(Int(progress.fraction * 100)) %\(note)\n"
        }
        output(text)
    }

    private static func row(_ counts: JobCounts) -> [String] {
        let numbers = [counts.waiting, counts.delayed, counts.reserved, counts.failed, counts.done]
        return [counts.channel.name, counts.name] + numbers.map { "\($0)" } + [counts.oldest.map(age) ?? "-"]
    }

    /// A number of jobs.
    static func jobs(_ count: Int, _ kind: String = "") -> String {
        "\(count) " + (kind.isEmpty ? "" : kind + " ") + (count == 1 ? "job" : "jobs")
    }

    /// A time as a person says it: two units at most.
    static func age(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3600: return "\(seconds / 60)m \(seconds % 60)s"
        case ..<86_400: return "\(seconds / 3600)h \(seconds % 3600 / 60)m"
        default: return "\(seconds / 86_400)d \(seconds % 86_400 / 3600)h"
        }
    }

    /// What a job or its maker wrote, without what a terminal would obey.
    static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "·" : $0 })
        )
    }

    /// Columns two spaces apart; what starts with a digit stands right.
    static func table(_ cells: [[String]]) -> String {
        let rows = cells.map { $0.map(plain) }
        let widths = rows[0].indices.map { column in rows.map { $0[column].displayWidth }.max() ?? 0 }
        let isNumber = rows[0].indices.map { column in
            rows.dropFirst().allSatisfy { $0[column].first.map { $0.isNumber || $0 == "-" } ?? true }
        }
        return rows.map { row in
            var line = ""
            for column in row.indices {
                let space = String(repeating: " ", count: widths[column] - row[column].displayWidth)
                line += (column == 0 ? "" : "  ") + (isNumber[column] ? space + row[column] : row[column] + space)
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line + "\n"
        }
        .joined()
    }
}
