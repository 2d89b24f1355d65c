/// PHP's text of a floating-point number: the shortest digits that read back as the same number.
enum PHPFloat {
    /// The number plainly where the decimal point stands within 17 digits, else with an exponent.
    ///
    /// The letter before the exponent is E in `serialize()` and e in `json_encode()`.
    static func text(_ number: Double, exponent: String) -> String {
        guard number.isFinite else { return number.isNaN ? "NAN" : number < 0 ? "-INF" : "INF" }
        let sign = number.sign == .minus ? "-" : ""
        guard number != 0 else { return "\(sign)0" }
        let (digits, point) = decimal(number.magnitude)
        // php_gcvt with precision 17 and mode 0: value = 0.d1d2… × 10^point
        if point < -3 || point > 17 {
            let rest = digits.count > 1 ? digits.dropFirst() : "0"
            return "\(sign)\(digits.prefix(1)).\(rest)\(exponent)\(point > 0 ? "+" : "-")\((point - 1).magnitude)"
        }
        if point <= 0 { return "\(sign)0.\(String(repeating: "0", count: -point))\(digits)" }
        if digits.count <= point { return "\(sign)\(digits)\(String(repeating: "0", count: point - digits.count))" }
        return "\(sign)\(digits.prefix(point)).\(digits.dropFirst(point))"
    }

    /// The shortest digits without zeros at either end, and where the decimal point stands.
    private static func decimal(_ number: Double) -> (digits: Substring, point: Int) {
        let parts = number.description.split(separator: "e")
        let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = halves.count > 1 ? halves[1] : ""
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let all = String(halves[0] + fraction)
        let leading = all.prefix { $0 == "0" }.count
        var digits = all.dropFirst(leading)
        while digits.last == "0" { digits.removeLast() }
        return (digits, halves[0].count - leading + exponent)
    }
}
