/// Numbers the tool calls of a stream from 0 in the order they begin, whatever the server's own indexes are.
///
/// Servers have been seen that skip indexes, give none, or give every call the same one and tell them apart by their ids.
struct ToolCallNumbers {
    private var calls: [Int: (number: Int, id: String)] = [:]
    private var count = 0

    /// The number of the call that a piece belongs to; a piece with another id than its index had begins another call.
    mutating func number(of piece: ToolCallDelta) -> Int {
        let id = piece.id ?? ""
        if let known = calls[piece.index], id.isEmpty || known.id.isEmpty || known.id == id {
            if known.id.isEmpty { calls[piece.index]?.id = id }
            return known.number
        }
        calls[piece.index] = (count, id)
        defer { count += 1 }
        return count
    }
}
