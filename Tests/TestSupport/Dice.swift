import PlatformCore

/// The seeds of a model test: HAWK_MODEL_SEED is one to look at again, HAWK_MODEL_RUNS asks for more than there are usually.
public enum ModelSeeds {
    /// That many seeds, or those that are asked for.
    public static func all(_ count: Int) -> [Int] {
        if let seed = TestEnvironment.value("HAWK_MODEL_SEED").flatMap({ Int($0) }) { return [seed] }
        return Array(0..<(TestEnvironment.value("HAWK_MODEL_RUNS").flatMap { Int($0) } ?? count))
    }
}

/// Random numbers from a seed, shared by tasks.
public final class Dice: Sendable {
    private let state: Lock<UInt64>

    /// The same numbers for the same seed.
    public init(seed: UInt64) { state = Lock(seed) }

    /// A number of a range.
    public func roll(_ range: Range<Int>) -> Int {
        // SplitMix64 (Steele, Lea, Flood 2014).
        let number = state.withLock { state -> UInt64 in
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
        return range.lowerBound + Int(number % UInt64(range.count))
    }

    /// True this many times of a hundred.
    public func hits(_ percent: Int) -> Bool { roll(0..<100) < percent }

    /// A pause of up to some milliseconds, often of none.
    public func pause(upTo milliseconds: Int) async {
        if hits(50) { return await Task.yield() }
        try? await Task.sleep(for: .milliseconds(roll(0..<milliseconds + 1)))
    }
}
