#if os(Linux)
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Checks that a warm gateway allocates nothing per message: ten times as many messages, and hardly one allocation more.
///
/// A library that is loaded before the C library counts the server's allocations in a file that both processes see.
struct Allocations {
    /// How many messages there are in the short run and in the long one.
    private static let messages = (few: 10_000, many: 110_000)
    /// How many allocations both may differ by.
    private static let tolerance = 100

    private let library: String
    private let options: Options
    private var counts: String { "\(library).count" }

    init(library: String, _ options: Options) {
        self.library = library
        self.options = options
    }

    /// Counts, and says what it found.
    ///
    /// - Throws: What it found, if the promise is broken.
    func run() throws -> String {
        let cases = BenchCase.all(connections: options.connections, openFiles: OpenFiles.limit)
        let findings = try ["echo", "fan-out"].compactMap { name in cases.first { $0.name == name } }.map(count)
        let text = findings.map(\.text).joined(separator: "\n")
        guard findings.allSatisfy(\.isKept) else { throw BenchError("allocations for each message:\n\(text)") }
        return text
    }

    private func count(_ benchCase: BenchCase) throws -> (text: String, isKept: Bool) {
        try Files.replace(counts, with: [UInt8](repeating: 0, count: 8))
        defer { unlink(counts) }
        let server = try ServerProcess(
            benchCase.order(.gateway, loops: options.loops),
            environment: ["LD_PRELOAD=\(library)", "HAWK_ALLOCATION_COUNT=\(counts)"]
        )
        let load = try benchCase.makeLoad(server)
        try load.warmUp(seconds: 0.2)
        let few = try allocations(of: load, messages: Self.messages.few)
        let many = try allocations(of: load, messages: Self.messages.many)
        let title = "\(benchCase.name), \(benchCase.title)"
        return (
            "\(title): \(few) allocations for \(Self.messages.few.grouped) messages, \(many) for "
                + "\(Self.messages.many.grouped)",
            abs(many - few) < Self.tolerance
        )
    }

    private func allocations(of load: any Load, messages: Int) throws -> Int {
        let before = try counted()
        var unused = Sample()
        try load.run(.operations(messages), &unused)
        return try counted() - before
    }

    private func counted() throws -> Int {
        let bytes = try Files.read(counts)
        let count = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        guard count > 0 else { throw BenchError("\(library) counts nothing") }
        return Int(count)
    }
}
#endif
