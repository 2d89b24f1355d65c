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
    mutating func next(_ bytes: UnsafeRawBufferPointer) throws(RequestViolation) -> (used: Int, step: Step?) {
        var used = 0
        while used < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
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

    private mutating func takeSize(_ bytes: UnsafeRawBufferPointer) throws(RequestViolation) -> Int {
        let (used, isComplete) = try line.take(bytes)
        guard line.line.count <= Self.lineLimit else { throw .bad("a chunk's size line is too long") }
        guard isComplete else { return used }
        let size = try Self.size(line.finish())
        state = size == 0 ? .trailer : .data(rest: size)
        return used
    }

    private mutating func takeDataEnd(_ bytes: UnsafeRawBufferPointer) throws(RequestViolation) -> Int {
        let (used, isComplete) = try line.take(bytes)
        guard line.line.isEmpty else { throw .bad("a chunk is longer than its size") }
        guard isComplete else { return used }
        _ = line.finish()
        state = .size
        return used
    }

    private mutating func takeTrailer(_ bytes: UnsafeRawBufferPointer) throws(RequestViolation) -> Int {
        let (used, isComplete) = try line.take(bytes)
        trailerCount += used
        guard trailerCount <= trailerLimit else { throw .headTooLarge }
        guard isComplete else { return used }
        let field = line.finish()
        if field.isEmpty { state = .ended } else { _ = try RequestHeadBuilder.split(field) }
        return used
    }

    /// RFC 9112 7.1: digits, then perhaps extensions, which are ignored.
    private static func size(_ line: [UInt8]) throws(RequestViolation) -> Int {
        let digits = line.prefix { HTTPSyntax.hexValue($0) != nil }
        guard !digits.isEmpty else { throw .bad("a chunk's size is malformed") }
        let rest = line[digits.endIndex...]
        let extensions = rest.drop { HTTPSyntax.isBlank($0) }
        guard rest.isEmpty || extensions.first == UInt8(ascii: ";"), HTTPSyntax.isFieldValue(extensions) else {
            throw .bad("a chunk's size is malformed")
        }
        guard digits.count <= 15 else { throw .bodyTooLarge }
        return digits.reduce(0) { $0 << 4 | Int(HTTPSyntax.hexValue($1) ?? 0) }
    }
}
