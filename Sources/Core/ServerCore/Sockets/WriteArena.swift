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
    /// What may be written in one turn; beyond it connections keep their bytes themselves.
    static let limit = 64 << 20
    private static let ordinaryCapacity = 128 << 10
    private static let ordinaryRecords = 1024

    private var memory = UnsafeMutableRawPointer.allocate(byteCount: ordinaryCapacity, alignment: 64)
    private var capacity = ordinaryCapacity
    private var used = 0
    private var records = UnsafeMutablePointer<Record>.allocate(capacity: ordinaryRecords)
    private var recordCapacity = ordinaryRecords
    private var recordCount = 0
    private let pieces = UnsafeMutableBufferPointer<iovec>.allocate(capacity: pieceLimit)
    private var shared: SharedBytes?
    private var sharedOffset = 0

    deinit {
        memory.deallocate()
        records.deallocate()
        pieces.deallocate()
    }

    /// Adds bytes to a connection's chain; false if the turn has written too much.
    func append(_ bytes: UnsafeRawBufferPointer, to chain: inout Chain) -> Bool {
        guard let offset = store(bytes) else { return false }
        return link(offset, bytes.count, to: &chain)
    }

    /// Adds shared bytes to a connection's chain; they are copied only if another connection has not just written them.
    func append(_ bytes: SharedBytes, to chain: inout Chain) -> Bool {
        if shared !== bytes {
            guard let offset = store(bytes.bytes) else { return false }
            shared = bytes
            sharedOffset = offset
        }
        return link(sharedOffset, bytes.bytes.count, to: &chain)
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

    /// Copies a chain into a connection's own memory and empties it.
    func move(_ chain: inout Chain, to queue: inout ByteQueue) {
        var index = chain.head
        while index >= 0 {
            let record = records[Int(index)]
            queue.append(UnsafeRawBufferPointer(start: memory + record.offset, count: record.count))
            index = record.next
        }
        chain = Chain()
    }

    /// Begins a new turn; every chain is empty by now.
    func reset() {
        guard recordCount > 0 || shared != nil else { return }
        used = 0
        recordCount = 0
        shared = nil
        if capacity > 8 * Self.ordinaryCapacity {
            memory.deallocate()
            memory = .allocate(byteCount: Self.ordinaryCapacity, alignment: 64)
            capacity = Self.ordinaryCapacity
        }
        if recordCapacity > 64 * Self.ordinaryRecords {
            records.deallocate()
            records = .allocate(capacity: Self.ordinaryRecords)
            recordCapacity = Self.ordinaryRecords
        }
    }

    private func store(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let source = bytes.baseAddress else { return used }
        guard used + bytes.count <= Self.limit else { return nil }
        if used + bytes.count > capacity { grow(to: used + bytes.count) }
        (memory + used).copyMemory(from: source, byteCount: bytes.count)
        defer { used += bytes.count }
        return used
    }

    private func link(_ offset: Int, _ count: Int, to chain: inout Chain) -> Bool {
        if chain.tail >= 0 {
            let tail = records + Int(chain.tail)
            if tail.pointee.offset + tail.pointee.count == offset {
                tail.pointee.count += count
                return true
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
        return true
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
