#if os(Linux)
/// The head of a message of the push case, by which its receiver knows whether it is the right one, and since when.
struct PushedMessage {
    /// Bytes of the head: two numbers and a time, little-endian.
    static let bytes = 16

    let receiver: Int
    /// Its place in the round.
    let sequence: Int
    /// When it was pushed, in nanoseconds of the monotonic clock, which all processes share.
    let time: UInt64

    /// The whole payload.
    func payload(bytes: Int) -> [UInt8] {
        let numbers = UInt64(receiver) | UInt64(sequence) << 32
        let head = withUnsafeBytes(of: (numbers.littleEndian, time.littleEndian)) { Array($0) }
        return Payload.filled(head, bytes)
    }
}

extension PushedMessage {
    /// Reads the head of a payload.
    init(_ payload: UnsafeRawBufferPointer) {
        let numbers = UInt64(littleEndian: payload.loadUnaligned(as: UInt64.self))
        receiver = Int(numbers & 0xFFFF_FFFF)
        sequence = Int(numbers >> 32)
        time = UInt64(littleEndian: payload.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
}
#endif
