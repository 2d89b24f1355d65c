import CZlib

/// Inflates messages, in whatever parts they come (RFC 7692 7.2.2).
package final class Inflater {
    /// About what one costs once it has inflated something, in bytes.
    package let memoryBytes: Int
    // zlib's state points back at the stream, which therefore must not move.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    /// The message so far has no byte, or ends with a deflate stream's last block: there is nothing to complete.
    private var isComplete = true

    /// - Parameter windowBits: The sender's window as a power of two, 8 to 15.
    package init(windowBits: Int) {
        let bits = max(9, windowBits)
        memoryBytes = (1 << bits) + (8 << 10)
        stream.initialize(to: z_stream())
        let result = inflateInit2_(stream, -Int32(bits), ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(result == Z_OK, "zlib has no memory")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Inflates the next part of a message, behind what `target` has.
    ///
    /// The memory of `target` doubles as needed and never exceeds `limit`; what would need more is `messageTooBig`.
    package func inflate(
        _ part: UnsafeRawBufferPointer,
        into target: inout GrowingBytes,
        limit: Int
    ) throws(Violation) {
        guard let start = part.baseAddress, part.count > 0 else { return }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: start.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(part.count)
        while try inflateSome(into: &target, limit: limit) {}
    }

    /// Ends the message: what is left of it is inflated.
    package func finish(into target: inout GrowingBytes, limit: Int) throws(Violation) {
        guard !isComplete else { return }
        let tail: InlineArray<4, UInt8> = [0x00, 0x00, 0xFF, 0xFF]  // RFC 7692 7.2.2
        try tail.span.withUnsafeBytes { tail throws(Violation) in try inflate(tail, into: &target, limit: limit) }
        // Exactly between two blocks: zlib's 128, without bits of a byte begun (its lowest), not in the last block (64).
        guard isComplete || stream.pointee.data_type == 128 else { throw .malformedDeflate }
        isComplete = true
    }

    /// Forgets everything: the next message refers to none before it.
    package func reset() {
        inflateReset(stream)
        isComplete = true
    }

    /// One call of zlib; false when all of the part is inflated.
    private func inflateSome(into target: inout GrowingBytes, limit: Int) throws(Violation) -> Bool {
        let room = target.room(atLeast: 1, wanted: 3 * Int(stream.pointee.avail_in) + 256, limit: limit)
        var excess: UInt8 = 0  // where the first byte beyond the limit would go
        let (status, count) = withUnsafeMutablePointer(to: &excess) { excess in
            stream.pointee.next_out = room.count > 0 ? room.baseAddress!.assumingMemoryBound(to: UInt8.self) : excess
            let available = UInt32(min(max(room.count, 1), 1 << 30))
            stream.pointee.avail_out = available
            return (CZlib.inflate(stream, Z_SYNC_FLUSH), Int(available - stream.pointee.avail_out))
        }
        guard room.count > 0 || count == 0 else { throw .messageTooBig }
        target.extend(by: count)
        switch status {
        case Z_OK:
            isComplete = false
            return stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
        case Z_BUF_ERROR:  // it had written all before
            return false
        case Z_STREAM_END:
            // RFC 7692 7.2.3.4: behind a last block another may begin, in the same window.
            inflateResetKeep(stream)
            isComplete = true
            return stream.pointee.avail_in > 0
        default:
            throw .malformedDeflate
        }
    }
}
