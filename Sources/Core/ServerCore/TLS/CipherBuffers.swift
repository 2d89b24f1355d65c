import COpenSSL

/// What the TLS sessions of one loop have in common: the memory between OpenSSL and the sockets.
///
/// OpenSSL reads and writes by way of a BIO of ours, which takes what was received from `unread` and gathers what is to
/// be sent in `output`. Only one session works at a time, and none leaves anything behind, so one of each suffices.
final class CipherBuffers {
    private static let ordinaryCapacity = 64 << 10

    /// Where received bytes are put before they are decrypted.
    let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    /// What of them OpenSSL has not taken yet.
    var unread = UnsafeRawBufferPointer(start: nil, count: 0)
    /// How our BIOs work.
    let method: OpaquePointer

    private var memory = UnsafeMutableRawPointer.allocate(byteCount: ordinaryCapacity, alignment: 64)
    private var capacity = ordinaryCapacity
    private var count = 0

    init() {
        guard let method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "event loop") else {
            preconditionFailure("OpenSSL is out of memory")
        }
        self.method = method
        BIO_meth_set_create(method) { bio in
            BIO_set_init(bio, 1)
            return 1
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        BIO_meth_set_read_ex(method) { bio, target, wanted, taken in
            guard let target, let taken, let buffers = CipherBuffers.of(bio) else { return 0 }
            BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
            taken.pointee = buffers.read(UnsafeMutableRawBufferPointer(start: target, count: wanted))
            if taken.pointee > 0 { return 1 }
            BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
            return 0
        }
        BIO_meth_set_write_ex(method) { bio, source, count, written in
            guard let buffers = CipherBuffers.of(bio) else { return 0 }
            BIO_clear_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
            buffers.write(UnsafeRawBufferPointer(start: source, count: count))
            written?.pointee = count
            return 1
        }
    }

    deinit {
        BIO_meth_free(method)
        input.deallocate()
        memory.deallocate()
    }

    /// What is to be sent; valid until `clear`.
    var output: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }

    /// What was to be sent is sent or copied.
    func clear() {
        count = 0
        guard capacity > 16 * Self.ordinaryCapacity else { return }
        memory.deallocate()
        capacity = Self.ordinaryCapacity
        memory = .allocate(byteCount: capacity, alignment: 64)
    }

    private static func of(_ bio: OpaquePointer?) -> CipherBuffers? {
        BIO_get_data(bio).map { Unmanaged<CipherBuffers>.fromOpaque($0).takeUnretainedValue() }
    }

    private func read(_ target: UnsafeMutableRawBufferPointer) -> Int {
        let part = UnsafeRawBufferPointer(rebasing: unread.prefix(target.count))
        target.copyMemory(from: part)
        unread = UnsafeRawBufferPointer(rebasing: unread.dropFirst(part.count))
        return part.count
    }

    private func write(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress else { return }
        if count + source.count > capacity { grow(to: count + source.count) }
        (memory + count).copyMemory(from: start, byteCount: source.count)
        count += source.count
    }

    private func grow(to needed: Int) {
        capacity = max(needed, capacity * 2)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
        larger.copyMemory(from: memory, byteCount: count)
        memory.deallocate()
        memory = larger
    }
}
