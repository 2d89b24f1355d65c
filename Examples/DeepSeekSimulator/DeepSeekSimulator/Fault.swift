/// One thing that a question asks to go wrong, by words in double brackets: see `DeepSeekSimulator.faults`.
struct Fault: Equatable {
    /// The first word.
    let name: String
    /// The words behind it, but for `x2`.
    let arguments: [String]
    /// How many requests it holds for; nil for all.
    let times: Int?

    /// All faults a text asks for, in order.
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
        let words = text.split(separator: " ").map(String.init)
        guard let first = words.first else { return nil }
        func times(_ word: String) -> Int? { word.hasPrefix("x") ? Int(word.dropFirst()) : nil }
        name = first
        arguments = words.dropFirst().filter { times($0) == nil }
        self.times = words.dropFirst().lazy.compactMap(times).first
    }
}

/// The faults that hold for one request.
struct Faults {
    private let faults: [Fault]

    /// The faults in a text, for a request before which `earlier` ones asked the same.
    init(in text: String, earlier: Int) {
        faults = Fault.all(in: text).filter { earlier < $0.times ?? .max }
    }

    /// The one of that name, if it is asked for.
    subscript(name: String) -> Fault? { faults.first { $0.name == name } }

    /// Whether this one is asked for.
    func has(_ name: String) -> Bool { self[name] != nil }

    /// The number given with it, or `usual`; nil when it is not asked for.
    func number(_ name: String, usual: Int? = nil) -> Int? {
        guard let fault = self[name] else { return nil }
        return fault.arguments.lazy.compactMap { Int($0) }.first ?? usual
    }
}
