#if os(Linux)
/// What messages consist of, so that their receivers know every byte.
enum Payload {
    /// A text that begins with a number in eight hex digits.
    static func numbered(_ number: Int, bytes: Int) -> [UInt8] {
        let digits = String(number, radix: 16)
        return filled(Array(repeatElement(UInt8(ascii: "0"), count: 8 - digits.utf8.count)) + digits.utf8, bytes)
    }

    /// Some bytes, and as many x as it takes.
    static func filled(_ head: [UInt8], _ bytes: Int) -> [UInt8] {
        head + [UInt8](repeating: UInt8(ascii: "x"), count: max(0, bytes - head.count))
    }
}
#endif
