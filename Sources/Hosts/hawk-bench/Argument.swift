#if os(Linux)
/// Reads the values of options; throws a sentence about one that makes no sense.
enum Argument {
    /// Names with commas between them.
    static func names(_ flag: String, _ text: String, among known: [String]) throws(BenchError) -> [String] {
        let names = text.split(separator: ",").map(String.init)
        guard !names.isEmpty, Set(names).isSubset(of: known) else {
            throw BenchError("\(flag) takes some of \(known.joined(separator: ",")), not \(text)")
        }
        return names
    }

    /// A number of a range.
    static func number<Number: Comparable & LosslessStringConvertible>(
        _ flag: String,
        _ text: String,
        _ range: ClosedRange<Number>
    ) throws(BenchError) -> Number {
        guard let number = Number(text), range.contains(number) else {
            throw BenchError("\(flag) takes a number from \(range.lowerBound) to \(range.upperBound), not \(text)")
        }
        return number
    }
}
#endif
