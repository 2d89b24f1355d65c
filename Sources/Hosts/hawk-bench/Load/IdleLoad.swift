#if os(Linux)
/// Opens connections and leaves them alone; an operation is a connection, and it costs memory.
final class IdleLoad: Load {
    private let server: ServerProcess
    private var sockets: [LoadSockets] = []

    init(_ server: ServerProcess) { self.server = server }

    var openingBytes: Int { sockets.first?.openingBytes ?? 0 }

    /// Opens some, so that what is there once for all connections is there.
    func warmUp(seconds: Double) throws {
        sockets.append(try LoadSockets(100, to: server))
    }

    func run(_ extent: Extent, _ sample: inout Sample) throws {
        let before = try server.memory()
        let count = server.order.connections
        try server.measure(&sample) { _ in sockets.append(try LoadSockets(count, to: server)) }
        sample.memory = try server.memory() - before
        sample.operations = count
    }
}
#endif
