#if os(Linux)
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Asks for a round of messages to random uids, and for the next when all have come; an operation is a message.
final class PushLoad: Load {
    private let server: ServerProcess
    private let sockets: LoadSockets
    private let request: [UInt8]
    /// A frame, of which only the head of the payload differs between messages.
    private let frame: [UInt8]
    /// What has come of a frame whose end has not, by connection.
    private var begun: [Int: [UInt8]] = [:]

    /// Opens the connections, each bound to a uid.
    init(_ server: ServerProcess) throws {
        self.server = server
        sockets = try LoadSockets(server.order.connections, to: server)
        request = Frames.client(.text, Array("!".utf8), mask: 0)
        frame = Frames.server(.binary, Payload.filled([], server.order.bytes))
    }

    var openingBytes: Int { sockets.openingBytes }

    func run(_ extent: Extent, _ sample: inout Sample) throws {
        let latencies = sample.latencies
        try server.measure(&sample) { sample in
            while extent.left(after: sample.operations, at: Monotonic.now) > 0 {
                var round = Round(count: server.order.count)
                try request.withUnsafeBytes { try sockets.send($0, on: 0) }
                while round.left > 0 {
                    try sockets.turn { number, bytes in
                        let now = Monotonic.now
                        try split(bytes, of: number) { frame in
                            latencies.add(now - (try round.check(read(frame), receiver: number)))
                        }
                    }
                }
                sample.operations += server.order.count
            }
        }
    }

    /// Cuts what came into frames; all have the same length.
    private func split(
        _ bytes: UnsafeRawBufferPointer,
        of number: Int,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        if let begun = begun.removeValue(forKey: number) {
            return try (begun + bytes).withUnsafeBytes { try split($0, of: number, body) }
        }
        var rest = bytes[...]
        while rest.count >= frame.count {
            try body(.init(rebasing: rest.prefix(frame.count)))
            rest = rest.dropFirst(frame.count)
        }
        if !rest.isEmpty { begun[number] = Array(rest) }
    }

    private func read(_ bytes: UnsafeRawBufferPointer) throws -> PushedMessage {
        let start = frame.count - server.order.bytes
        let end = start + PushedMessage.bytes
        try check(.init(rebasing: bytes[..<start]), against: frame, at: 0)
        try check(.init(rebasing: bytes[end...]), against: frame, at: end)
        return PushedMessage(.init(rebasing: bytes[start..<end]))
    }

    /// What of a round has come.
    private struct Round {
        private var isSeen: [Bool]
        private(set) var left: Int

        init(count: Int) {
            isSeen = Array(repeating: false, count: count)
            left = count
        }

        /// Notes a message, and returns when it was pushed.
        mutating func check(_ message: PushedMessage, receiver: Int) throws -> UInt64 {
            guard message.receiver == receiver, message.sequence < isSeen.count, !isSeen[message.sequence] else {
                throw BenchError("a message came to another uid, or twice")
            }
            isSeen[message.sequence] = true
            left -= 1
            return message.time
        }
    }
}
#endif
