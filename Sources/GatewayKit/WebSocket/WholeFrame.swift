/// A message that lies in the input whole, in one frame: what nearly every message is.
///
/// The short way past `FrameParser`, which takes everything else. Only for an input at a frame's beginning.
package struct WholeFrame {
    package let isText: Bool
    package let payload: UnsafeRawBufferPointer

    /// Takes the frame at the front of the input, unmasked in place; nil, and nothing taken, if it is anything else.
    ///
    /// - Parameters:
    ///   - input: What has come.
    ///   - limit: Larger payloads are left to the parser, which knows what to say about them.
    /// - Returns: The message, with its text still to be checked.
    @inline(__always)
    package static func take(_ input: inout ByteCursor, limit: Int) -> WholeFrame? {
        let bytes = input.rest
        guard bytes.count >= 6, let start = bytes.baseAddress else { return nil }
        let first = start.load(as: UInt8.self)
        let second = start.load(fromByteOffset: 1, as: UInt8.self)
        // RFC 6455 5.2: FIN, no RSV bit, text or binary; masked.
        guard first == 0x81 || first == 0x82, second & 0x80 != 0 else { return nil }
        var count = Int(second & 0x7F)
        var header = 6
        if count >= 126 {
            guard count == 126, bytes.count >= 8 else { return nil }
            count = Int(UInt16(bigEndian: start.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
            guard count >= 126 else { return nil }
            header = 8
        }
        guard count <= limit, bytes.count - header >= count else { return nil }
        let mask = UInt32(littleEndian: start.loadUnaligned(fromByteOffset: header - 4, as: UInt32.self))
        let payload = UnsafeMutableRawBufferPointer(start: start + header, count: count)
        Masking.apply(mask, to: payload)
        input.skip(header + count)
        return WholeFrame(isText: first == 0x81, payload: UnsafeRawBufferPointer(payload))
    }
}
