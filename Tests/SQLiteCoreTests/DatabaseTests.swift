import PlatformCore
import SQLiteCore
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

struct DatabaseTests {
    let directory = TemporaryDirectory()

    private func open(_ name: String = "test.sqlite", migrations: [String] = [notes]) throws -> Database {
        try Database(path: directory.file(name), options: .init(applicationID: 7, migrations: migrations))
    }

    private static let notes = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT UNIQUE, bytes BLOB)"

    @Test func `what was written is read back, unicode, zero bytes and NULL included`() async throws {
        let database = try open()
        let text = "grüße 🦅 \u{0} end"
        try await database.write { try $0.run("INSERT INTO notes VALUES (1, ?, ?)", .text(text), .blob([0, 255])) }
        try await database.write { try $0.run("INSERT INTO notes VALUES (2, ?, ?)", "", .null) }
        let rows = try await database.read { connection in
            try connection.rows("SELECT text, bytes FROM notes ORDER BY id") { Pair($0.text(0), $0.optionalBlob(1)) }
        }
        #expect(rows == [Pair(text, [0, 255]), Pair("", nil)])
        await database.close()
    }

    @Test func `a write that throws undoes only itself, whatever shares its transaction`() async throws {
        let database = try open()
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    do {
                        try await database.write { connection in
                            try connection.run("INSERT INTO notes (text) VALUES (?)", .text("\(number)"))
                            if number % 3 == 0 { throw Refused() }
                        }
                        return true
                    } catch { return !(error is Refused) }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        let stored = try await database.read { try $0.first("SELECT count(*) FROM notes") { $0.int(0) } }
        #expect(outcomes.count(where: { $0 }) == 133)
        #expect(stored == 133)
    }

    @Test func `a commit that fails fails its whole group, and the next one succeeds`() async throws {
        let database = try open(migrations: [
            Self.notes + "; CREATE TABLE links (note REFERENCES notes DEFERRABLE INITIALLY DEFERRED)"
        ])
        await #expect {
            try await database.write { try $0.run("INSERT INTO links VALUES (99)") }
        } throws: {
            ($0 as? SQLiteError)?.code == .constraint
        }
        try await database.write { try $0.run("INSERT INTO notes (text) VALUES ('after')") }
        #expect(try await database.read { try $0.first("SELECT count(*) FROM links") { $0.int(0) } } == 0)
        #expect(try await database.read { try $0.first("SELECT count(*) FROM notes") { $0.int(0) } } == 1)
    }

    @Test func `a read sees one state of the file`() async throws {
        let database = try open()
        let (began, signal) = AsyncStream.makeStream(of: Void.self)
        let gate = BlockingQueue<Void>()
        async let counts = database.read { connection in
            let before = try connection.first("SELECT count(*) FROM notes") { $0.int(0) }
            signal.yield()
            _ = gate.take()
            return [before, try connection.first("SELECT count(*) FROM notes") { $0.int(0) }]
        }
        for await _ in began.prefix(1) {}
        try await database.write { try $0.run("INSERT INTO notes (text) VALUES ('meanwhile')") }
        _ = gate.push(())
        #expect(try await counts == [0, 0])
    }

    @Test func `a unique violation is told apart`() async throws {
        let database = try open()
        await #expect {
            try await database.write { connection in
                try connection.run("INSERT INTO notes (text) VALUES ('same')")
                try connection.run("INSERT INTO notes (text) VALUES ('same')")
            }
        } throws: {
            ($0 as? SQLiteError)?.isUniqueViolation == true
        }
    }

    @Test func `a file that is removed while in use takes no more writes and answers no reads`() async throws {
        let database = try open()
        try await database.write { try $0.run("INSERT INTO notes (text) VALUES ('lost')") }
        for suffix in ["", "-wal", "-shm"] { unlink(database.path + suffix) }
        for call in [
            { try await database.write { try $0.run("INSERT INTO notes (text) VALUES ('late')") } },
            { try await database.read { try $0.first("SELECT 1") { $0.int(0) } ?? 0 } },
        ] as [@Sendable () async throws -> Int] {
            await #expect {
                try await call()
            } throws: {
                ($0 as? SQLiteError)?.code == .replaced
            }
        }
    }

    @Test func `after closing, calls throw closed`() async throws {
        let database = try open()
        await database.close()
        await #expect(throws: SQLiteError.self) { try await database.write { _ in } }
        await #expect(throws: SQLiteError.self) { try await database.read { _ in } }
    }

    @Test func `two writers of one file both get on, and nothing is lost`() async throws {
        let first = try open()
        let second = try open()
        try await within(.seconds(60), "both writers finish") {
            try await withThrowingTaskGroup { group in
                for database in [first, second] {
                    group.addTask {
                        for _ in 0..<100 {
                            try await database.write { try $0.run("INSERT INTO notes (bytes) VALUES (x'00')") }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(try await first.read { try $0.first("SELECT count(*) FROM notes") { $0.int(0) } } == 200)
    }

    private struct Refused: Error {}

    private struct Pair: Equatable, Sendable {
        let text: String
        let bytes: [UInt8]?

        init(_ text: String, _ bytes: [UInt8]?) {
            self.text = text
            self.bytes = bytes
        }
    }
}
