import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Holds the queue's lasting drivers to their promises while processes are killed and disks are full.
///
/// A run keeps everything in one directory of its own: the store, and what was promised and done as lines that other
/// processes can check. Every process ends by itself after ten minutes.
@main
enum HawkQueueChaos {
    static let usage = """
        hawk-queue-chaos run DRIVER DIRECTORY [JOBS]      kill workers and pushers at random, then check
        hawk-queue-chaos script DRIVER DIRECTORY          a short run of everything, to be killed from outside
        hawk-queue-chaos full DRIVER DIRECTORY            the same until the disk is full, and after that
        hawk-queue-chaos check DRIVER DIRECTORY           what a script left behind
        DRIVER is file or sqlite. `run` starts the others: push, work.
        """

    static func main() async {
        alarm(600)
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard arguments.count >= 3, let driver = ChaosStore.Driver(rawValue: arguments[1]) else {
            print(usage)
            exit(2)
        }
        let place = ChaosStore(driver: driver, directory: arguments[2])
        do {
            switch (arguments[0], arguments.count > 3 ? Int(arguments[3]) : nil) {
            case ("run", let jobs): try await ChaosRun(place, jobs: jobs ?? 400).run()
            case ("push", let serial?): try await ChaosPusher(place, serial: serial).run()
            case ("work", _): try await ChaosWorker(place).run()
            case ("script", _): try await Script(place).run()
            case ("full", _): try await FullDisk(place).run()
            case ("check", _): try await ScriptCheck(place).run()
            default:
                print(usage)
                exit(2)
            }
        } catch {
            print("FAILED: \(error)")
            exit(1)
        }
    }
}

/// A promise that was not kept.
struct Broken: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Throws what was promised unless it holds.
func promise(_ isKept: Bool, _ what: @autoclosure () -> String) throws {
    guard isKept else { throw Broken(what()) }
}
