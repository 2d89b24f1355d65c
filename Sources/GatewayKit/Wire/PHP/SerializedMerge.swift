/// Merges two serialized arrays as PHP's `array_replace_recursive` does, without building what is in them.
///
/// Values stay the bytes they are, so objects and arrays of any depth may be among them: the gateway need not know their
/// classes. References are refused, since what they point to is a place in the whole that a merge may move.
struct SerializedMerge {
    private struct Pair {
        let key: PHPArray.Key
        /// Where the value is in the old array, and in the new one; not both are nil.
        var old: Range<Int>?
        var new: Range<Int>?
    }

    /// How deep arrays are merged with arrays.
    private static let depthLimit = 64

    private let old: [UInt8]
    private let new: [UInt8]
    private var writer = PHPWriter()

    /// The first array with the pairs of the second: those that are there keep their place, others are appended.
    ///
    /// - Throws: what is wrong with either, or that it cannot be merged.
    static func merge(_ old: [UInt8], with new: [UInt8]) throws(PHPValue.Malformed) -> [UInt8] {
        var merge = SerializedMerge(old: old, new: new)
        try merge.write(merging: old.indices, with: new.indices, depth: 0)
        return merge.writer.bytes
    }

    private init(old: [UInt8], new: [UInt8]) {
        self.old = old
        self.new = new
    }

    private mutating func write(
        merging oldRange: Range<Int>,
        with newRange: Range<Int>,
        depth: Int
    ) throws(PHPValue.Malformed) {
        guard depth <= Self.depthLimit else { throw .limit }
        var pairs: [Pair] = []
        var positions: [PHPArray.Key: Int] = [:]
        for (key, range) in try SerializedReader.pairs(of: old, in: oldRange) {
            Self.enter(key, \.old, range, &pairs, &positions)
        }
        for (key, range) in try SerializedReader.pairs(of: new, in: newRange) {
            Self.enter(key, \.new, range, &pairs, &positions)
        }
        writer.array(count: pairs.count)
        for pair in pairs {
            writer.key(pair.key)
            switch (pair.old, pair.new) {
            case (let left?, let right?) where isArray(old, left) && isArray(new, right):
                try write(merging: left, with: right, depth: depth + 1)
            case (_, let right?): writer.raw(new[right])
            case (let left?, nil): writer.raw(old[left])
            case (nil, nil): preconditionFailure("a pair comes from one of the two")
            }
        }
        writer.endArray()
    }

    /// A key that comes again keeps its place.
    private static func enter(
        _ key: PHPArray.Key,
        _ side: WritableKeyPath<Pair, Range<Int>?>,
        _ range: Range<Int>,
        _ pairs: inout [Pair],
        _ positions: inout [PHPArray.Key: Int]
    ) {
        if let position = positions[key] {
            pairs[position][keyPath: side] = range
        } else {
            positions[key] = pairs.count
            pairs.append(Pair(key: key))
            pairs[pairs.count - 1][keyPath: side] = range
        }
    }

    private func isArray(_ bytes: [UInt8], _ range: Range<Int>) -> Bool { bytes[range.lowerBound] == UInt8(ascii: "a") }
}
