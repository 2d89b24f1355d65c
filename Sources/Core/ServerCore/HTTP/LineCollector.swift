/// Finds one line up to CRLF, from however many pieces; only what comes in more than one is copied.
///
/// A CR without LF and a LF without CR are refused wherever a line is read: where two parsers differ about a line's end,
/// requests are smuggled (RFC 9112 2.2 and 11.2).
struct LineCollector {
    /// A complete line without its end.
    enum Line {
        /// That many of the bytes given, from the first: the line came in one piece.
        case front(Int)
        case collected([UInt8])

        /// Reads the line; `bytes` are those in which it was found.
        func read<Result>(
            in bytes: Span<UInt8>,
            _ body: (Span<UInt8>) throws(RequestViolation) -> Result
        ) throws(RequestViolation) -> Result {
            switch self {
            case .front(let count): try body(bytes.extracting(0..<count))
            case .collected(let line): try body(line.span)
            }
        }
    }

    private var earlier: [UInt8] = []
    private var endsInReturn = false

    /// Whether nothing of a line has come yet but perhaps its CR.
    var isEmpty: Bool { earlier.isEmpty }

    /// Takes bytes up to the line's end.
    ///
    /// - Parameters:
    ///   - bytes: what came, from the first byte not yet taken.
    ///   - limit: bytes of the line without its end.
    ///   - violation: what a longer line is.
    /// - Returns: how many bytes it took, and the line if it is complete.
    /// - Throws: `violation`, or that the line is malformed.
    mutating func take(
        _ bytes: Span<UInt8>,
        limit: Int,
        else violation: RequestViolation
    ) throws(RequestViolation) -> (used: Int, line: Line?) {
        let end = bytes.firstIndex(of: HTTPSyntax.lineFeed)
        var count = end ?? bytes.count
        if count > 0 {
            guard !endsInReturn else { throw .bad("a CR stands alone") }
            endsInReturn = bytes[count - 1] == HTTPSyntax.carriageReturn
            if endsInReturn { count -= 1 }
        }
        let piece = bytes.extracting(0..<count)
        guard earlier.count + count <= limit else { throw violation }
        guard piece.firstIndex(of: HTTPSyntax.carriageReturn) == nil else { throw .bad("a CR stands alone") }
        guard let end else {
            append(piece)
            return (bytes.count, nil)
        }
        guard endsInReturn else { throw .bad("a line ends in LF alone") }
        endsInReturn = false
        if earlier.isEmpty { return (end + 1, .front(count)) }
        append(piece)
        defer { earlier = [] }
        return (end + 1, .collected(earlier))
    }

    private mutating func append(_ piece: Span<UInt8>) {
        piece.withUnsafeBufferPointer { earlier.append(contentsOf: $0) }
    }
}
