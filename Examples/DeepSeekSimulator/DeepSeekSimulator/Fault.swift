/// One thing that a question asks to go wrong, by words in double brackets: see `DeepSeekSimulator.faults`.
struct Fault: Equatable {
    /// The first word.
    let name: String
    /// The number after it.
    let number: Int?
    /// How many requests it holds for; nil for all.
    let times: Int?

    /// All faults a question asks for, in order.
    static func all(in text: String) -> [Fault] {
        var faults: [Fault] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "[[") {
            rest = rest[open.upperBound...]
            guard let close = rest.firstRange(of: "]]") else { break }
            if let fault = Fault(rest[..<close.lowerBound]) { faults.append(fault) }
            rest = rest[close.upperBound...]
        }
        return faults
    }

    private init?(_ text: Substring) {
        let words = text.split(separator: " ")
        guard let first = words.first else { return nil }
        name = String(first)
        number = words.dropFirst().lazy.compactMap { Int($0) }.first
        times = words.dropFirst().lazy.compactMap { $0.hasPrefix("x") ? Int($0.dropFirst()) : nil }.first
    }
}

/// The faults that hold for one request.
struct Faults {
    private let faults: [Fault]

    /// The faults in a question of which `earlier` requests have been seen before.
    init(in question: String, earlier: Int) {
        faults = Fault.all(in: question).filter { earlier < $0.times ?? .max }
    }

    /// Whether this one is asked for.
    func has(_ name: String) -> Bool { faults.contains { $0.name == name } }

    /// The number given with it, or `usual`; nil when it is not asked for.
    func number(_ name: String, usual: Int? = nil) -> Int? {
        guard let fault = faults.first(where: { $0.name == name }) else { return nil }
        return fault.number ?? usual
    }
}
