/// Collects one line up to CRLF, from however many pieces.
///
/// A CR without LF and a LF without CR are refused wherever a line is read: where two parsers differ about a line's end,
/// requests are smuggled (RFC 9112 2.2 and 11.2).
struct LineCollector {
    /// The bytes of the line so far, without its end.
    private(set) var line: [UInt8] = []
    private var endsInReturn = false

    /// Takes bytes up to the line's end.
    ///
    /// - Returns: how many it took, and whether the line is complete.
    mutating func take(_ bytes: UnsafeRawBufferPointer) throws(RequestViolation) -> (used: Int, isComplete: Bool) {
        guard let end = bytes.firstIndex(of: HTTPSyntax.lineFeed) else {
            try append(UnsafeRawBufferPointer(rebasing: bytes[...]))
            return (bytes.count, false)
        }
        try append(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        guard endsInReturn else { throw .bad("a line ends in LF alone") }
        return (end + 1, true)
    }

    /// Hands the complete line out and begins the next.
    mutating func finish() -> [UInt8] {
        let finished = line
        line.removeAll(keepingCapacity: true)
        endsInReturn = false
        return finished
    }

    private mutating func append(_ piece: UnsafeRawBufferPointer) throws(RequestViolation) {
        guard let last = piece.last else { return }
        guard !endsInReturn else { throw .bad("a CR stands alone") }
        endsInReturn = last == HTTPSyntax.carriageReturn
        let text = piece.dropLast(endsInReturn ? 1 : 0)
        guard !text.contains(HTTPSyntax.carriageReturn) else { throw .bad("a CR stands alone") }
        line.append(contentsOf: text)
    }
}
