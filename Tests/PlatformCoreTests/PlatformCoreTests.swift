import PlatformCore
import TestSupport
import Testing

struct PlatformCoreTests {
    @Test func `a pool of one thread runs closures in order`() async {
        let pool = ThreadPool(name: "test")
        let seen = Lock<[Int]>([])
        for number in 0..<100 { await pool.run { seen.withLock { $0.append(number) } } }
        #expect(seen.withLock { $0 } == Array(0..<100))
    }

    @Test func `an error thrown on a pool reaches the caller`() async {
        let pool = ThreadPool(name: "test")
        await #expect(throws: SystemError.self) {
            try await pool.run { () throws(SystemError) in throw SystemError("open x", code: 2) }
        }
    }

    @Test func `a closed queue gives what is left and then nothing`() {
        let queue = BlockingQueue<Int>()
        #expect(queue.push(1))
        #expect(queue.push(2))
        queue.close()
        #expect(!queue.push(3))
        #expect(queue.take(max: 1) == [1])
        #expect(queue.take() == [2])
        #expect(queue.take() == [])
    }

    @Test func `a replaced file holds the new content and nothing is left beside it`() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("a/b/secret")
        try Files.makeDirectory(Files.parent(of: path))
        try Files.replace(path, with: "old".utf8)
        try Files.replace(path, with: "new".utf8)
        #expect(try Files.read(path) == Array("new".utf8))
        #expect(throws: SystemError.self) { try Files.read(path, limit: 2) }
    }

    @Test func `a system error names the call and the reason`() {
        #expect(SystemError("open data/x", code: 2).description == "open data/x: No such file or directory")
    }
}
