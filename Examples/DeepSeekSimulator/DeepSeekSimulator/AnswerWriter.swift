internal import ServerCore

/// Sends the body of an answer as its faults want it: as it is, byte by byte, or packed.
final class AnswerWriter {
    enum Packing {
        case none
        case whole
        case members
    }

    private let writer: HTTPBodyWriter
    private let isByteByByte: Bool
    private let packing: Packing
    private var gzip = Gzip()
    private var hasBegun = false

    init(_ writer: HTTPBodyWriter, isByteByByte: Bool, packing: Packing) {
        self.writer = writer
        self.isByteByByte = isByteByByte
        self.packing = packing
    }

    func write(_ text: String) async throws { try await write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) async throws {
        switch packing {
        case .none: try await send(bytes)
        case .members: try await send(Gzip.member(bytes))
        case .whole:
            defer { hasBegun = true }
            try await send((hasBegun ? [] : Gzip.header) + gzip.pack(bytes))
        }
    }

    /// Says that this was all.
    func end() async throws {
        if packing == .whole, hasBegun { try await send(gzip.end()) }
    }

    private func send(_ bytes: [UInt8]) async throws {
        guard isByteByByte else { return try await writer.write(bytes) }
        for byte in bytes {
            try await writer.write([byte])
            await Task.yield()  // to the loop, which sends what was written in its turn
        }
    }
}
