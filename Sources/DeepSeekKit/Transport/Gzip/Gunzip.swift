internal import CZlib

/// Unpacks bytes of the gzip format (RFC 1952) as they come: any number of members, cut anywhere.
///
/// Gives no more at once than it is asked for, so that what is packed a thousandfold is unpacked no faster than it is
/// taken. libcurl's own unpacking fails at a second member.
final class Gunzip {
    /// The bytes are not of the format.
    struct Damaged: Error {}

    // zlib's state points back at the stream, which therefore must not move.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var packed: [UInt8] = []
    private var taken = 0
    /// Whether a member has begun and not ended.
    private(set) var isWithinMember = false

    init() {
        stream.initialize(to: z_stream())
        // 15: the largest window; 16: a gzip header and trailer, which zlib checks.
        let result = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(result == Z_OK, "zlib has no memory")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Takes the next packed bytes; those before must have been unpacked.
    func feed(_ bytes: [UInt8]) {
        (packed, taken) = (bytes, 0)
    }

    /// The next bytes, at most `limit`; nil when more must be fed.
    func next(limit: Int) throws(Damaged) -> [UInt8]? {
        var result = Z_OK
        while result != Z_BUF_ERROR {
            let bytes = [UInt8](unsafeUninitializedCapacity: limit) { room, count in
                (result, count) = inflateSome(into: room)
            }
            guard result == Z_OK || result == Z_BUF_ERROR || result == Z_STREAM_END else { throw Damaged() }
            if result == Z_STREAM_END {
                inflateReset(stream)  // RFC 1952 2.2: members follow one another
                isWithinMember = false
            }
            if !bytes.isEmpty { return bytes }
            if result == Z_STREAM_END, taken == packed.count { return nil }
        }
        return nil
    }

    private func inflateSome(into room: UnsafeMutableBufferPointer<UInt8>) -> (result: Int32, count: Int) {
        packed.withUnsafeMutableBufferPointer { packed in
            let rest = packed[taken...]
            guard !rest.isEmpty || isWithinMember else { return (Z_BUF_ERROR, 0) }
            stream.pointee.next_in = packed.baseAddress.map { $0 + taken }
            stream.pointee.avail_in = UInt32(rest.count)
            stream.pointee.next_out = room.baseAddress
            stream.pointee.avail_out = UInt32(room.count)
            let result = inflate(stream, Z_SYNC_FLUSH)
            taken += rest.count - Int(stream.pointee.avail_in)
            isWithinMember = true
            return (result, room.count - Int(stream.pointee.avail_out))
        }
    }
}
