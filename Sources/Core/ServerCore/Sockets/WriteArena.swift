#if os(Linux)
import CLinux
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Everything that the connections of a loop have written in one turn, in one piece of memory.
///
/// Each connection has a chain of records that point into it. A record that follows on the one before in memory is joined
/// to it: messages that one connection writes, or that many write in the same order, become one piece each. Nothing is
/// allocated or counted per message.
final class WriteArena {
    /// A connection's bytes in the arena: its first and last record.
    struct Chain {
        fileprivate var head: Int32 = -1
        fileprivate var tail: Int32 = -1

        var isEmpty: Bool { head < 0 }
    }

    private struct Record {
        var offset: Int
        var count: Int
        var next: Int32
    }

    /// How many pieces one system call takes.
    static let pieceLimit = 64
    /// From here on what was written is sent before more is, so that it is still in the processor's cache when it is.
    static let comfort = 128 << 10
    /// From here on too, counting shared bytes for each connection: sent, they wait no more, or are seen to wait.
    private static let mostGathered = 64 << 20
    private static let ordinaryRecords = 1024

    // Only the loop's thread comes here, and no call leads back into the arena: nothing to check at run time.
    @exclusivity(unchecked) private var memory = UnsafeMutableRawPointer.allocate(byteCount: comfort, alignment: 64)
    @exclusivity(unchecked) private var capacity = comfort
    @exclusivity(unchecked) private var used = 0
    /// The bytes of all chains since the turn began.
    @exclusivity(unchecked) private var gathered = 0
    @exclusivity(unchecked) private var records = UnsafeMutablePointer<Record>.allocate(capacity: ordinaryRecords)
    @exclusivity(unchecked) private var recordCapacity = ordinaryRecords
    @exclusivity(unchecked) private var recordCount = 0
    private let pieces = UnsafeMutableBufferPointer<iovec>.allocate(capacity: pieceLimit)
    @exclusivity(unchecked) private var shared: SharedBytes?
    @exclusivity(unchecked) private var sharedOffset = 0

    deinit {
        memory.deallocate()
        records.deallocate()
        pieces.deallocate()
    }

    /// Whether so much has been written that it should be sent before more bytes come.
    func isFull(before more: Int) -> Bool {
        used > 0 && used + more > Self.comfort || gathered > Self.mostGathered
    }

    /// Whether these bytes lie here already, so that writing them again needs no room.
    func holds(_ bytes: SharedBytes) -> Bool { shared === bytes }

    /// Adds bytes to a connection's chain.
    func append(_ bytes: UnsafeRawBufferPointer, to chain: inout Chain) {
        link(store(bytes), bytes.count, to: &chain)
    }

    /// Adds a head and a body to a connection's chain, as one piece.
    func append(_ head: ByteWord, _ body: UnsafeRawBufferPointer, to chain: inout Chain) {
        let count = head.count + body.count
        if used + count + 16 > capacity { grow(to: used + count + 16) }
        let target = memory + used
        target.storeBytes(of: head.bits, as: UInt128.self)  // the body overwrites what is too much of it
        if let source = body.baseAddress { (target + head.count).copyMemory(from: source, byteCount: body.count) }
        link(used, count, to: &chain)
        used += count
    }

    /// Adds shared bytes to a connection's chain; they are copied only if another connection has not just written them.
    func append(_ bytes: SharedBytes, to chain: inout Chain) {
        if shared !== bytes {
            sharedOffset = store(bytes.bytes)
            shared = bytes
        }
        link(sharedOffset, bytes.bytes.count, to: &chain)
    }

    /// Sends the beginning of a chain, at most `pieceLimit` pieces, by one system call.
    func send(_ chain: Chain, to descriptor: Int32) -> Socket.Transfer {
        let first = records[Int(chain.head)]
        if first.next < 0 {
            return Socket.send(descriptor, UnsafeRawBufferPointer(start: memory + first.offset, count: first.count))
        }
        var count = 0
        var index = chain.head
        while index >= 0, count < Self.pieceLimit {
            let record = records[Int(index)]
            pieces[count] = iovec(iov_base: memory + record.offset, iov_len: record.count)
            count += 1
            index = record.next
        }
        return Socket.send(descriptor, UnsafeMutableBufferPointer(rebasing: pieces[..<count]))
    }

    /// Lends a chain as one piece: as it lies if it is one, else a copy.
    func withContiguous(_ chain: Chain, _ body: (UnsafeRawBufferPointer) -> Void) {
        guard chain.head >= 0 else { return }
        let first = records[Int(chain.head)]
        if first.next < 0 {
            return body(UnsafeRawBufferPointer(start: memory + first.offset, count: first.count))
        }
        var copy = ByteQueue()
        var source = chain
        move(&source) { copy.append($0) }
        body(copy.bytes)
    }

    /// Forgets the first bytes of a chain, which are sent.
    func drop(_ sent: Int, of chain: inout Chain) {
        var rest = sent
        while rest > 0, chain.head >= 0 {
            let index = Int(chain.head)
            if rest < records[index].count {
                records[index].offset += rest
                records[index].count -= rest
                return
            }
            rest -= records[index].count
            chain.head = records[index].next
        }
        if chain.head < 0 { chain = Chain() }
    }

    /// Hands a chain's pieces out, to be copied, and empties it.
    func move(_ chain: inout Chain, to keep: (UnsafeRawBufferPointer) -> Void) {
        var index = chain.head
        while index >= 0 {
            let record = records[Int(index)]
            keep(UnsafeRawBufferPointer(start: memory + record.offset, count: record.count))
            index = record.next
        }
        chain = Chain()
    }

    /// Begins a new turn; every chain is empty by now.
    func reset() {
        guard recordCount > 0 || shared != nil else { return }
        used = 0
        gathered = 0
        recordCount = 0
        shared = nil
        if capacity > 8 * Self.comfort {
            memory.deallocate()
            memory = .allocate(byteCount: Self.comfort, alignment: 64)
            capacity = Self.comfort
        }
        if recordCapacity > 64 * Self.ordinaryRecords {
            records.deallocate()
            records = .allocate(capacity: Self.ordinaryRecords)
            recordCapacity = Self.ordinaryRecords
        }
    }

    private func store(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let source = bytes.baseAddress else { return used }
        if used + bytes.count > capacity { grow(to: used + bytes.count) }
        (memory + used).copyMemory(from: source, byteCount: bytes.count)
        defer { used += bytes.count }
        return used
    }

    private func link(_ offset: Int, _ count: Int, to chain: inout Chain) {
        gathered += count
        if chain.tail >= 0 {
            let tail = records + Int(chain.tail)
            if tail.pointee.offset + tail.pointee.count == offset {
                tail.pointee.count += count
                return
            }
        }
        if recordCount == recordCapacity { growRecords() }
        let index = Int32(recordCount)
        records[recordCount] = Record(offset: offset, count: count, next: -1)
        recordCount += 1
        if chain.tail >= 0 {
            records[Int(chain.tail)].next = index
        } else {
            chain.head = index
        }
        chain.tail = index
    }

    private func grow(to needed: Int) {
        capacity = max(needed, capacity * 2)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
        larger.copyMemory(from: memory, byteCount: used)
        memory.deallocate()
        memory = larger
    }

    private func growRecords() {
        recordCapacity *= 2
        let larger = UnsafeMutablePointer<Record>.allocate(capacity: recordCapacity)
        larger.update(from: records, count: recordCount)
        records.deallocate()
        records = larger
    }
}
