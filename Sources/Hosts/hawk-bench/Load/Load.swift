#if os(Linux)
/// What is done to a server, and checked.
protocol Load: AnyObject {
    /// How many bytes the server answered when a connection was opened.
    var openingBytes: Int { get }
    /// Brings the server to where it allocates and learns nothing new.
    func warmUp(seconds: Double) throws
    /// Works until the extent is reached and all that is due has come.
    func run(_ extent: Extent, _ sample: inout Sample) throws
}

extension Load {
    func warmUp(seconds: Double) throws {
        var unused = Sample()
        try run(.seconds(seconds), &unused)
    }
}

/// How long a load works: until a time, or for a number of operations.
struct Extent {
    let deadline: UInt64
    let operations: Int

    static func seconds(_ seconds: Double) -> Extent {
        Extent(deadline: Monotonic.now + UInt64(seconds * 1e9), operations: .max)
    }

    static func operations(_ count: Int) -> Extent { Extent(deadline: .max, operations: count) }

    /// How many operations may follow those that have been begun.
    func left(after begun: Int, at now: UInt64) -> Int { now < deadline ? operations - begun : 0 }
}

/// What a load found.
struct Sample {
    var operations = 0
    var seconds = 0.0
    /// CPU time of the server.
    var cpuSeconds = 0.0
    /// Memory of the server that came with the operations, in bytes; only where the case is about it.
    var memory: Int?
    var latencies = Histogram()

    /// Operations a second.
    var rate: Double { Double(operations) / seconds }

    /// What an operation costs the server: CPU time in microseconds, or memory in bytes.
    var cost: Double { (memory.map(Double.init) ?? cpuSeconds * 1e6) / Double(operations) }
}

/// Something did not go as it must: a wrong byte, a server that falls silent.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
#endif
