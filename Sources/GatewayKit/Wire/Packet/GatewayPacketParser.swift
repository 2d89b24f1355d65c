/// Cuts a stream of bytes into packets, wherever the segments end.
///
/// ```swift
/// var input = ByteCursor(received)
/// while let packet = try parser.next(&input) { … }
/// ```
/// A packet that came whole is handed on where it lies and not copied; one that came in parts is gathered first. After a
/// violation the connection is closed: the stream cannot be read any further.
package struct GatewayPacketParser: ~Copyable {
    /// Why a stream is no stream of packets.
    package enum Violation: Error, Sendable, Equatable {
        /// The length says more than the limit.
        case tooLong
        /// The length says less than a header and the extra data need.
        case tooShort
    }

    /// The largest packet taken, header included.
    package var limit: Int
    /// The front of a packet that was cut.
    private var held = GrowingBytes()
    /// Whether the last packet lies in `held`.
    private var hasHandedOut = false

    /// - Parameter limit: the largest packet taken, header included.
    package init(limit: Int = GatewayPacket.defaultLimit) {
        self.limit = limit
    }

    /// Reads on; call it until it gives nil, then with the next bytes.
    ///
    /// - Parameter input: what has been received; all of it is taken before nil is given.
    /// - Returns: the next whole packet, good until the next call or the end of the input's life; nil when more bytes
    ///   are needed.
    /// - Throws: what is wrong with the stream.
    package mutating func next(_ input: inout ByteCursor) throws(Violation) -> PacketView? {
        if hasHandedOut {
            hasHandedOut = false
            held.clear()
        }
        if held.count == 0, let length = try length(of: UnsafeRawBufferPointer(input.rest)), input.count >= length {
            return try PacketView(UnsafeRawBufferPointer(input.take(length)))
        }
        // A length cut in two is put together before more than its four bytes is held.
        gather(4, &input)
        guard let length = try length(of: held.bytes) else { return nil }
        gather(length, &input)
        guard held.count == length else { return nil }
        hasHandedOut = true
        return try PacketView(held.bytes)
    }

    private mutating func gather(_ count: Int, _ input: inout ByteCursor) {
        let missing = min(count - held.count, input.count)
        if missing > 0 { held.append(UnsafeRawBufferPointer(input.take(missing))) }
    }

    private func length(of bytes: UnsafeRawBufferPointer) throws(Violation) -> Int? {
        guard bytes.count >= 4 else { return nil }
        let length = Int(bytes.bigEndian(at: 0, as: UInt32.self))
        guard length <= limit else { throw .tooLong }
        // The original waits for ever on a length of 0, and misreads what is shorter than a header.
        guard length >= GatewayPacket.headerLength else { throw .tooShort }
        return length
    }
}
