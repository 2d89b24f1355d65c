/// The chunk of a piece of text, encoded once and then filled in: hundreds of answers at once cost a simulator little.
struct TextFrame {
    private let encode: (String) -> [UInt8]
    private let prefix: ArraySlice<UInt8>
    private let suffix: ArraySlice<UInt8>

    /// - Parameter encode: the JSON of the chunk that says a text.
    init(_ encode: @escaping (String) -> [UInt8]) {
        self.encode = encode
        let mark: [UInt8] = Array("#hawk#".utf8)
        let whole = encode("#hawk#")
        let place = whole.firstRange(of: mark) ?? whole.endIndex..<whole.endIndex
        (prefix, suffix) = (whole[..<place.lowerBound], whole[place.upperBound...])
    }

    /// The JSON of the chunk that says `text`.
    func json(of text: String) -> [UInt8] {
        // RFC 8259 7: these alone are not themselves in a string.
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        return isPlain ? Array(prefix) + text.utf8 + suffix : encode(text)
    }
}
