import PlatformCore

/// The one thread of a process that writes: everything that waits is committed together.
///
/// While one group's commit is on its way to the disk the next one gathers, so that the cost of an fsync is shared by all
/// who wait (64 callers: about 15 times the rate of one).
struct Writer {
    let connection: Connection
    let inbox: BlockingQueue<any PendingWrite>
    /// Called behind each commit, before those whose writes it has are answered.
    let committed: @Sendable () -> Void

    /// Bounds how long one transaction holds the lock that other processes wait for.
    private static let groupLimit = 512

    /// Commits groups until the inbox is closed and drained.
    func run() {
        while true {
            let group = inbox.take(max: Self.groupLimit)
            if group.isEmpty { return }
            commit(group)
        }
    }

    /// One transaction for all of them; where one throws, all are undone and done again with care.
    private func commit(_ group: [any PendingWrite]) {
        do throws(SQLiteError) {
            try connection.checkFileIsThere()
            try connection.run("BEGIN IMMEDIATE")
            if (group.allSatisfy { $0.perform(on: connection) }) {
                try connection.run("COMMIT")
                committed()
            } else {
                rollBack()
                if group.count > 1 { return commitWithCare(group) }
            }
            for write in group { write.complete(nil) }
        } catch {
            rollBack()
            for write in group { write.complete(error) }
        }
    }

    /// One transaction for all of them, each in a savepoint, so that one that throws undoes only itself.
    private func commitWithCare(_ group: [any PendingWrite]) {
        var rest = group[...]
        while !rest.isEmpty {
            do throws(SQLiteError) {
                try connection.run("BEGIN IMMEDIATE")
            } catch {
                for write in rest { write.complete(error) }
                return
            }
            let finished = commitAsMany(of: rest)
            rest.removeFirst(finished)
        }
    }

    /// Performs and commits what is left, and returns how many callers were answered: all, unless one of the writes ended
    /// the transaction and took those before it along.
    private func commitAsMany(of rest: ArraySlice<any PendingWrite>) -> Int {
        var performed = 0
        do throws(SQLiteError) {
            for write in rest {
                performed += 1
                try perform(write)
            }
            try connection.run("COMMIT")
            committed()
            for write in rest { write.complete(nil) }
        } catch {
            rollBack()
            for write in rest.prefix(performed) { write.complete(error) }
        }
        return performed
    }

    /// Runs one write in its savepoint; throws when the whole transaction is lost.
    private func perform(_ write: any PendingWrite) throws(SQLiteError) {
        try connection.run("SAVEPOINT one")
        if !write.perform(on: connection) {
            guard connection.isInTransaction else {
                throw SQLiteError(.other, operation: "group commit", cause: "another write ended the transaction")
            }
            try connection.run("ROLLBACK TO one")
        }
        try connection.run("RELEASE one")
    }

    private func rollBack() {
        if connection.isInTransaction { try? connection.execute("ROLLBACK") }
    }
}
