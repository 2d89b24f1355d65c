/// What a request is held against before it is sent: rules of the API whose breach is known to be refused.
enum Check {
    /// Throws `.invalidRequest` with the field, what is wrong with it and the way out, unless the rule holds.
    static func demand(_ holds: Bool, _ complaint: @autoclosure () -> String) throws(DeepSeekError) {
        guard !holds else { return }
        throw DeepSeekError(.invalidRequest, "not sent, since the API refuses it: \(complaint())")
    }

    static func model(_ name: String) throws(DeepSeekError) {
        try demand(!name.isEmpty, "model is empty: name one that `models()` lists")
    }

    static func range(_ value: Double?, _ range: ClosedRange<Double>, _ field: String) throws(DeepSeekError) {
        guard let value else { return }
        try demand(
            range.contains(value),
            "\(field) is \(text(value)): give \(text(range.lowerBound)) to \(text(range.upperBound))"
        )
    }

    private static func text(_ number: Double) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }

    static func stop(_ texts: [String]) throws(DeepSeekError) {
        try demand(texts.count <= 16, "stop has \(texts.count) texts: give at most 16")
        try demand(!texts.contains(""), "stop has an empty text: leave it out")
    }

    /// A name of letters, digits, `_` and `-`.
    static func isPlain(_ name: String) -> Bool {
        name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }
}

extension FIMCompletionRequest {
    func check() throws(DeepSeekError) {
        try Check.model(model)
        try Check.range(maxTokens.map(Double.init), 1...4096, "maxTokens")
        try Check.range(temperature, 0...2, "temperature")
        try Check.range(topP, 0...1, "topP")
        try Check.range(logprobs.map(Double.init), 0...20, "logprobs")
        try Check.stop(stop)
    }
}
