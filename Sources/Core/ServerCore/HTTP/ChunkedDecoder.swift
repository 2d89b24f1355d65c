/// Takes the chunked transfer coding off a body (RFC 9112 7.1).
struct ChunkedDecoder {
    /// What the next bytes mean.
    enum Step: Equatable {
        /// Bytes of the body: this range of what was given.
        case data(Range<Int>)
        /// The body is complete, its trailer read and thrown away.
        case end
    }

    private enum State {
        case size
        case data(rest: Int)
        case dataEnd
        case trailer
        case ended
    }

    /// A size line with its extensions.
    static let lineLimit = 1024

    private var state = State.size
    private var line = LineCollector()
    private var trailerCount = 0
    private let trailerLimit: Int

    /// - Parameter trailerLimit: bytes of all trailer fields together.
    init(trailerLimit: Int) {
        self.trailerLimit = trailerLimit
    }

    /// Takes bytes until there is something to tell; a nil step wants more.
    mutating func next(_ bytes: Span<UInt8>) throws(RequestViolation) -> (used: Int, step: Step?) {
        var used = 0
        while used < bytes.count {
            let rest = bytes.extracting(used..<bytes.count)
            switch state {
            case .size:
                used += try takeSize(rest)
            case .data(let count):
                let taken = min(count, rest.count)
                state = taken == count ? .dataEnd : .data(rest: count - taken)
                return (used + taken, .data(used..<(used + taken)))
            case .dataEnd:
                used += try takeDataEnd(rest)
            case .trailer:
                used += try takeTrailer(rest)
                if case .ended = state { return (used, .end) }
            case .ended:
                return (used, .end)
            }
        }
        return (used, nil)
    }

    private mutating func takeSize(_ bytes: Span<UInt8>) throws(RequestViolation) -> Int {
        let tooLong = RequestViolation.bad("a chunk's size line is too long")
        let (used, found) = try line.take(bytes, limit: Self.lineLimit, else: tooLong)
        guard let size = try found?.read(in: bytes, Self.size) else { return used }
        state = size == 0 ? .trailer : .data(rest: size)
        return used
    }

    private mutating func takeDataEnd(_ bytes: Span<UInt8>) throws(RequestViolation) -> Int {
        let (used, found) = try line.take(bytes, limit: 0, else: .bad("a chunk is longer than its size"))
        if found != nil { state = .size }
        return used
    }

    private mutating func takeTrailer(_ bytes: Span<UInt8>) throws(RequestViolation) -> Int {
        let (used, found) = try line.take(bytes, limit: trailerLimit, else: .headTooLarge)
        trailerCount += used
        guard trailerCount <= trailerLimit else { throw .headTooLarge }
        if try found?.read(in: bytes, Self.isTrailerEnd) == true { state = .ended }
        return used
    }

    private static func isTrailerEnd(_ line: Span<UInt8>) throws(RequestViolation) -> Bool {
        if !line.isEmpty { try RequestHeadBuilder.split(line) }
        return line.isEmpty
    }

    /// RFC 9112 7.1: digits, then perhaps extensions, which are ignored.
    private static func size(_ line: Span<UInt8>) throws(RequestViolation) -> Int {
        let count = line.firstIndex { HTTPSyntax.hexValue($0) == nil } ?? line.count
        let rest = line.extracting(count..<line.count)
        let extensions = rest.extracting(rest.trimmed)
        let isWellFormed =
            rest.isEmpty || !extensions.isEmpty && extensions[0] == UInt8(ascii: ";") && HTTPSyntax.isFieldValue(rest)
        guard count > 0, isWellFormed else { throw .bad("a chunk's size is malformed") }
        guard count <= 15 else { throw .bodyTooLarge }
        var size = 0
        for index in 0..<count { size = size << 4 | Int(HTTPSyntax.hexValue(line[index]) ?? 0) }
        return size
    }
}
