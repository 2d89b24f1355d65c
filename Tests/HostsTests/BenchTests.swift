import Foundation
import PlatformCore
import TestSupport
import Testing

#if os(Linux)
struct BenchTests {
    @Test func `the bench checks every reply and says what fan-out, idle sockets and pushes cost`() async throws {
        let directory = TemporaryDirectory()
        let bench = try ChildProcess(
            Programs.path("hawk-bench"),
            [
                "gateway", "--cases", "fan-out,idle,push", "--rounds", "1", "--seconds", "0.05", "--connections", "10",
                "--json", directory.file("bench.json"), "--svg", directory.file("bench.svg"),
            ],
            output: directory.file("bench.log")
        )
        #expect(try await bench.ended() == .code(0), "\(bench.text())")
        for word in ["fan-out", "idle", "push", "ratio", "p99.9"] { #expect(bench.text().contains(word)) }
        let json = String(decoding: try Files.read(directory.file("bench.json")), as: UTF8.self)
        #expect(json.contains("\"name\": \"push\""))
        let svg = String(decoding: try Files.read(directory.file("bench.svg")), as: UTF8.self)
        #expect(svg.hasPrefix("<svg") && svg.contains("</svg>"))
    }

    @Test func `the bench measures drivers of the queue beside their disk, and leaves nothing behind`() async throws {
        let directory = TemporaryDirectory()
        let disk = directory.file("disk")
        try Files.makeDirectory(disk)
        let bench = try ChildProcess(
            Programs.path("hawk-bench"),
            [
                "queue", "--rounds", "1", "--seconds", "0.05", "--jobs", "1000", "--drivers", "memory,sqlite",
                "--directory", disk,
            ],
            output: directory.file("bench.log")
        )
        #expect(try await bench.ended() == .code(0), "\(bench.text())")
        for word in ["fdatasync", "push, 64 callers", "another process", "1,000 waiting", "2,000 delayed"] {
            #expect(bench.text().contains(word))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk) == [])
    }

    @Test func `the bench follows words from the model to the socket, reloads and asks, and leaves nothing behind`()
        async throws
    {
        let directory = TemporaryDirectory()
        let disk = directory.file("disk")
        try Files.makeDirectory(disk)
        let bench = try ChildProcess(
            Programs.path("hawk-bench"),
            ["chat", "--answers", "5", "--sends", "20", "--seconds", "4", "--directory", disk],
            output: directory.file("bench.log")
        )
        #expect(try await bench.ended() == .code(0), "\(bench.text())")
        for word in ["at the worker", "on the disk", "browser's socket", "reload", "POST /send"] {
            #expect(bench.text().contains(word), "\(bench.text())")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk) == [])
    }

    @Test(arguments: [
        ["gateway", "--rounds", "0"], ["queue", "--drivers", "paper"], ["queue", "--jobs", "3"],
        ["gateway", "--cases", "tea"], ["chat", "--answers", "0"], ["converse"], ["gateway", "--svg"], ["tea"],
    ])
    func `the bench refuses what makes no sense`(arguments: [String]) async throws {
        let directory = TemporaryDirectory()
        let bench = try ChildProcess(
            Programs.path("hawk-bench"),
            arguments,
            output: directory.file("bench.log")
        )
        #expect(try await bench.ended() == .code(1))
        #expect(bench.text().hasPrefix("hawk-bench: "))
    }
}
#endif
