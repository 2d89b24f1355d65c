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

struct OpeningTests {
    let directory = TemporaryDirectory()

    private func open(_ migrations: [String], applicationID: Int32 = 7) throws -> Database {
        let options = Database.Options(readers: 1, applicationID: applicationID, migrations: migrations)
        return try Database(path: directory.file("deep/test.sqlite"), options: options)
    }

    @Test func `only missing migrations are applied`() async throws {
        let first = try open(["CREATE TABLE a (x)"])
        await first.close()
        let second = try open(["CREATE TABLE a (x)", "CREATE TABLE b (x); INSERT INTO b VALUES (1)"])
        await second.close()
        let third = try open(["CREATE TABLE a (x)", "CREATE TABLE b (x); INSERT INTO b VALUES (1)"])
        #expect(try await third.read { try $0.first("SELECT count(*) FROM b") { $0.int(0) } } == 1)
    }

    @Test func `opened many times at once, a new file is migrated once`() async throws {
        let path = directory.file("race.sqlite")
        try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    let pool = ThreadPool(name: "open")
                    let migrations = ["CREATE TABLE a (x)", "INSERT INTO a VALUES (1)"]
                    let database = try await pool.run {
                        try Database(path: path, options: .init(applicationID: 7, migrations: migrations))
                    }
                    let rows = try await database.read { try $0.first("SELECT count(*) FROM a") { $0.int(0) } }
                    #expect(rows == 1)
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a migration that fails leaves the file as it was`() async throws {
        #expect(throws: SQLiteError.self) { try open(["CREATE TABLE a (x)", "CREATE TABLE a (x)"]) }
        let database = try open(["CREATE TABLE a (x)"])
        #expect(try await database.read { try $0.first("SELECT count(*) FROM a") { $0.int(0) } } == 0)
    }

    @Test func `the file and its companions are the owner's alone`() async throws {
        let database = try open(["CREATE TABLE a (x)"])
        try await database.write { try $0.run("INSERT INTO a VALUES (1)") }
        for suffix in ["", "-wal", "-shm"] {
            var status = stat()
            #expect(stat(database.path + suffix, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600, "\(suffix)")
        }
        var status = stat()
        #expect(stat(directory.file("deep"), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o700)
    }

    @Test func `a file that is no database is refused and left alone`() throws {
        let path = directory.file("plain.txt")
        let text = Array(String(repeating: "a shopping list\n", count: 300).utf8)
        try Files.replace(path, with: text)
        #expect(code { try Database(path: path, options: .init(applicationID: 7, migrations: [])) } == .foreign)
        #expect(try Files.read(path) == text)
    }

    @Test func `a database of another program is refused`() async throws {
        await (try open(["CREATE TABLE a (x)"])).close()
        #expect(code { try open(["CREATE TABLE a (x)"], applicationID: 8) } == .foreign)
    }

    @Test func `a database of a newer version is refused`() async throws {
        await (try open(["CREATE TABLE a (x)", "CREATE TABLE b (x)"])).close()
        #expect(code { try open(["CREATE TABLE a (x)"]) } == .newer)
    }

    @Test func `a damaged database is refused`() async throws {
        let database = try open(["CREATE TABLE a (x)"])
        await database.close()
        var bytes = try Files.read(database.path)
        for index in 100..<bytes.count { bytes[index] = 0xEE }
        try Files.replace(database.path, with: bytes)
        #expect(code { try open(["CREATE TABLE a (x)"]) } == .corrupt)
    }

    @Test func `a directory that cannot be made is told`() {
        #expect(
            code { try Database(path: "/proc/none/x.sqlite", options: .init(applicationID: 7, migrations: [])) }
                == .cannotOpen
        )
    }

    private func code(_ body: () throws -> Database) -> SQLiteError.Code? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? SQLiteError)?.code
        }
    }
}
