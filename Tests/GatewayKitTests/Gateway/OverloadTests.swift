import TestSupport
import Testing

/// Tests/Conformance/overload.sh does the same with 10,000 sockets.
struct OverloadTests {
    @Test(arguments: [("drop", 1), ("drop", 3), ("close", 2)])
    func `half of 400 sockets stop reading: memory is bounded, readers get every byte, the others are told`(
        policy: String,
        loops: Int
    ) async throws {
        let directory = TemporaryDirectory()
        let overload = try ChildProcess(
            Programs.path("hawk-overload"),
            ["--sockets", "400", "--policy", policy, "--loops", "\(loops)"],
            output: directory.file("overload.log")
        )
        let exit = try await overload.ended(within: .seconds(60))
        #expect(exit == .code(0), "\(overload.text())")
    }
}
