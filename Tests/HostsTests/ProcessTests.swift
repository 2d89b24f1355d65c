import HostSupport
import PlatformCore
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

struct ProcessTests {
    @Test func `a pid file has one owner, and none after it is released`() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("run/hawk.pid")
        do {
            let held = try PidFile(path: path)
            #expect(try PidFile.owner(of: path) != nil)
            #expect(throws: SystemError.self) { _ = try PidFile(path: path) }
            withExtendedLifetime(held) {}
        }
        #expect(try PidFile.owner(of: path) == nil)
    }

    @Test func `a kept secret stays the same`() throws {
        let directory = TemporaryDirectory()
        let first = try KeptSecret.read(directory.file("data/secret"))
        #expect(first.utf8.count >= 32)
        #expect(try KeptSecret.read(directory.file("data/secret")) == first)
    }

    @Test func `a kept secret that is too short is refused, not replaced`() throws {
        let directory = TemporaryDirectory()
        try Files.replace(directory.file("secret"), with: "short".utf8)
        #expect(throws: SystemError.self) { try KeptSecret.read(directory.file("secret")) }
        #expect(try Files.read(directory.file("secret")) == Array("short".utf8))
    }

    @Test func `parts stop in order, each after the one before has drained`() async throws {
        let order = Lock<[String]>([])
        let parts = ["api", "worker", "gateway"].map { name in
            HostPart(name) {
                try? await Task.sleep(for: .seconds(60))
                await Task { try? await Task.sleep(for: .milliseconds(5)) }.value
                order.withLock { $0.append(name) }
            }
        }
        let stop = StopRequest()
        async let run = HostRun(parts: parts) { _ in }.run(until: stop)
        await stop.ask("SIGTERM")
        #expect(await run)
        #expect(order.withLock { $0 } == ["api", "worker", "gateway"])
    }

    @Test func `a part that fails stops the others, and the run says so`() async {
        struct Failure: Error {}
        let lines = Lock<[LogLine]>([])
        let parts = [
            HostPart("one") { try? await Task.sleep(for: .seconds(60)) },
            HostPart("two") { throw Failure() },
        ]
        let isClean = await HostRun(parts: parts) { line in lines.withLock { $0.append(line) } }.run(
            until: StopRequest()
        )
        #expect(!isClean)
        let told = lines.withLock { $0 }
        #expect(told.count == 2 && told[0].message.hasPrefix("two failed") && told[0].level == .error)
    }

    @Test func `a host in the background outlives its terminal`() async throws {
        let directory = TemporaryDirectory()
        let server = try ChildProcess(
            Programs.path("hawk-server"),
            [
                "--gateway-listen=127.0.0.1:0", "--inner-listen=off", "--register-listen=127.0.0.1:0",
                "--data=\(directory.file("data"))", "--log-format=text",
            ],
            output: directory.file("server.log")
        )
        try await server.writes("listening")
        server.send(SIGHUP)
        try await server.writes("SIGHUP: goes on")
        server.send(SIGTERM)
        #expect(try await server.ended(within: .seconds(20)) == .code(0), "\(server.text())")
    }
}
