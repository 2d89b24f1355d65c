import CZlib

/// Compresses messages, one after the other (RFC 7692 7.2.1).
package final class Deflater {
    // zlib's state points back at the stream, which therefore must not move.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    /// Nothing has been compressed since it was made or reset.
    private var isFresh = true

    /// - Parameters:
    ///   - windowBits: The window as a power of two, 8 to 15; zlib needs 9 at least, and with those never looks back
    ///     further than 250 bytes, which is within a window of 8.
    ///   - level: zlib's level.
    package init(windowBits: Int, level: Int) {
        stream.initialize(to: z_stream())
        let bits = max(9, windowBits)
        // A hash table much larger than the window would cost more to slide along than it finds.
        let memory = bits - 7
        let result = deflateInit2_(
            stream,
            Int32(level),
            Z_DEFLATED,
            -Int32(bits),  // raw deflate
            Int32(memory),
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        precondition(result == Z_OK, "zlib has no memory, or a level or window is out of its range")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses a message into `target`, without the four bytes that the receiver knows.
    ///
    /// - Parameters:
    ///   - payload: The message; empty ones are not compressed.
    ///   - target: What it had is forgotten.
    ///   - keepsContext: Whether the messages before may be referred to; else the window begins anew.
    /// - Returns: false if the compressed form is not smaller; the next message then begins a window anew.
    package func compress(
        _ payload: UnsafeRawBufferPointer,
        into target: inout GrowingBytes,
        keepsContext: Bool
    ) -> Bool {
        target.clear(keeping: .max)
        guard payload.count > 0, payload.count <= UInt32.max / 2 else { return false }
        if !keepsContext { forget() }
        isFresh = false
        // Room for less than the payload and the four bytes: what needs more is not wanted.
        let room = target.room(atLeast: payload.count + 4)
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: payload.baseAddress!.assumingMemoryBound(to: UInt8.self)
        )
        stream.pointee.avail_in = UInt32(payload.count)
        stream.pointee.next_out = room.baseAddress!.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(payload.count + 4)
        let result = deflate(stream, Z_SYNC_FLUSH)
        guard result == Z_OK, stream.pointee.avail_in == 0, stream.pointee.avail_out > 0 else {
            forget()
            return false
        }
        // RFC 7692 7.2.1: what Z_SYNC_FLUSH ends with, 00 00 ff ff, is not sent.
        target.extend(by: payload.count - Int(stream.pointee.avail_out))
        return true
    }

    /// Has the next message refer to none before it, for example because a message went out that this did not compress.
    package func forget() {
        guard !isFresh else { return }
        deflateReset(stream)
        isFresh = true
    }
}
