/// Bytes that were read from a connection and wait to be taken, packet by packet.
struct WaitingInput {
    private var bytes: [UInt8] = []
    /// How many at the front are taken.
    private var taken = 0

    var isEmpty: Bool { taken == bytes.count }

    /// Adds bytes behind those that wait.
    mutating func append(_ more: UnsafeMutableRawBufferPointer) { bytes += more }

    /// Lends what waits to `body`, and keeps what it leaves.
    mutating func read(_ body: (inout ByteCursor) -> Void) {
        guard !isEmpty else { return }
        taken = bytes.withUnsafeMutableBytes { all in
            var input = ByteCursor(UnsafeMutableRawBufferPointer(rebasing: all[taken...]))
            body(&input)
            return all.count - input.count
        }
        if isEmpty { self = WaitingInput() }
    }
}
