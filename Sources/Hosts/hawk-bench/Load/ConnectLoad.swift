#if os(Linux)
/// Opens connections, a number at a time; an operation is a handshake.
///
/// Closing them is not measured.
final class ConnectLoad: Load {
    private let server: ServerProcess
    private(set) var openingBytes = 0

    init(_ server: ServerProcess) { self.server = server }

    func run(_ extent: Extent, _ sample: inout Sample) throws {
        let latencies = sample.latencies
        while extent.left(after: sample.operations, at: Monotonic.now) > 0 {
            var open: [LoadSocket] = []
            try server.measure(&sample) { sample in
                while open.count < server.order.connections {
                    open += try batch(latencies)
                    sample.operations += server.order.count
                }
            }
            open = []
            // The server hears of the resets before it hears of this one.
            let last = try LoadSocket(server.port)
            try last.ask()
            openingBytes = try last.awaitAnswer(of: server.order)
        }
    }

    private func batch(_ latencies: Histogram) throws -> [LoadSocket] {
        let begun = try (0..<server.order.count).map { _ in
            let time = Monotonic.now
            let socket = try LoadSocket(server.port)
            try socket.ask()
            return (time: time, socket: socket)
        }
        return try begun.map { time, socket in
            _ = try socket.awaitAnswer(of: server.order)
            latencies.add(Monotonic.now - time)
            return socket
        }
    }
}
#endif
