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
    @Test func `a pid file has one owner, and none after it is released`() async throws {
        let host = try await LoneServer()
        #expect(try PidFile.owner(of: host.pidFile) == host.id)
        let (said, exit) = try await host.run("start")
        #expect(exit == .code(1) && said.contains("runs already: process \(host.id) holds"), "\(said)")
        #expect(try PidFile.owner(of: host.pidFile) == host.id)
        #expect(try await host.run("stop").1 == .code(0))
        #expect(try PidFile.owner(of: host.pidFile) == nil)
    }

    @Test(arguments: ["", "no number", "stranger"])
    func `whatever a pid file says, the process that holds its lock is the one that is asked and stopped`(
        text: String
    ) async throws {
        let directory = TemporaryDirectory()
        let stranger = try ChildProcess("/bin/sleep", ["60"], output: directory.file("stranger"))
        let host = try await LoneServer()
        let file = try #require(fopen(host.pidFile, "w"))
        fputs(text == "stranger" ? "\(stranger.id)\n" : text, file)
        fclose(file)
        #expect(try PidFile.owner(of: host.pidFile) == host.id)
        #expect(try await host.status().process == host.id)
        let (said, exit) = try await host.run("stop")
        #expect(exit == .code(0) && said.contains("process \(host.id) "), "\(said)")
        #expect(try await host.ended() == .code(0))
        #expect(stranger.hasExited() == nil)
    }

    @Test func `a pid file that is a link or no regular file is refused at once`() async throws {
        let directory = TemporaryDirectory()
        try Files.replace(directory.file("precious"), with: "precious".utf8)
        #expect(symlink(directory.file("precious"), directory.file("link")) == 0)
        #expect(mkfifo(directory.file("pipe"), 0o600) == 0)
        for name in ["link", "pipe"] {
            for (command, code) in [("status", Int32(4)), ("stop", 1), ("start", 1)] {
                let program = try ChildProcess(
                    Programs.path("hawk-server"),
                    [
                        command, "--pid-file=\(directory.file(name))", "--data=\(directory.file("data"))",
                        "--gateway-listen=127.0.0.1:0", "--inner-listen=off", "--register-listen=off",
                    ],
                    output: directory.file("\(command)-\(name)")
                )
                #expect(try await program.ended() == .code(code), "\(program.text())")
                #expect(program.text().contains("it is a link or no regular file"), "\(program.text())")
            }
        }
        #expect(try Files.read(directory.file("precious")) == Array("precious".utf8))
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
        for (index, signal) in [SIGHUP, SIGUSR1, SIGUSR2].enumerated() {
            server.send(signal)
            try await eventually(.seconds(20), "signal \(signal) is told") {
                server.text().ranges(of: "asked to reload: goes on").count == index + 1
            }
        }
        server.send(SIGTERM)
        #expect(try await server.ended(within: .seconds(20)) == .code(0), "\(server.text())")
    }
}
