#if os(Linux)
/// Asks for a round of messages to all, and for the next when everyone has everything; an operation is a delivery.
final class FanOutLoad: Load {
    private let server: ServerProcess
    private let sockets: LoadSockets
    private let request: [UInt8]
    /// What each connection gets in a round.
    private let round: [UInt8]

    /// Opens the connections.
    init(_ server: ServerProcess) throws {
        let order = server.order
        self.server = server
        sockets = try LoadSockets(order.connections, to: server)
        request = Frames.client(.text, Array("!".utf8), mask: 0)
        round = (0..<order.count).flatMap { Frames.server(.text, Payload.numbered($0, bytes: order.bytes)) }
    }

    var openingBytes: Int { sockets.openingBytes }

    func run(_ extent: Extent, _ sample: inout Sample) throws {
        let (connections, messages) = (server.order.connections, server.order.count)
        let latencies = sample.latencies
        try server.measure(&sample) { sample in
            while extent.left(after: sample.operations, at: Monotonic.now) > 0 {
                var received = [Int](repeating: 0, count: connections)
                var left = connections * round.count
                let start = Monotonic.now
                try request.withUnsafeBytes { try sockets.send($0, on: 0) }
                while left > 0 {
                    try sockets.turn { number, bytes in
                        let offset = received[number]
                        try check(bytes, against: round, at: offset)
                        received[number] = offset + bytes.count
                        left -= bytes.count
                        let whole = (offset + bytes.count) * messages / round.count - offset * messages / round.count
                        latencies.add(Monotonic.now - start, count: whole)
                    }
                }
                sample.operations += connections * messages
            }
        }
    }
}
#endif
