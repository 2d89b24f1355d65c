import TestSupport
import Testing

/// Tests/Conformance/queue-chaos.sh does the same with 10,000 jobs, and kills at each single call of the system too.
struct ChaosTests {
    @Test(arguments: Driver.lasting)
    func `hundreds of jobs are each done once while workers and pushers are killed at random`(
        _ driver: Driver
    ) async throws {
        let directory = TemporaryDirectory()
        let chaos = try ChildProcess(
            Programs.path("hawk-queue-chaos"),
            ["run", driver.rawValue, directory.path, "400"],
            output: directory.file("chaos.log")
        )
        let exit = try await chaos.ended(within: .seconds(60))
        #expect(exit == .code(0), "\(chaos.text())")
    }
}
