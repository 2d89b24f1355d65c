#if os(Linux)
/// Keeps a number of messages under way on each connection; an operation is a message that came back.
final class EchoLoad: Load {
    private let server: ServerProcess
    private let sockets: LoadSockets
    private let connections: [EchoConnection]

    /// Opens the connections.
    init(_ server: ServerProcess) throws {
        let order = server.order
        self.server = server
        sockets = try LoadSockets(order.connections, to: server)
        connections = (0..<order.connections).map { EchoConnection($0, order) }
    }

    var openingBytes: Int { sockets.openingBytes }

    func run(_ extent: Extent, _ sample: inout Sample) throws {
        try server.measure(&sample) { sample in
            var (sent, answered) = (0, 0)
            let latencies = sample.latencies
            func send(atMost count: Int, on number: Int, at now: UInt64) throws {
                let count = min(count, extent.left(after: sent, at: now))
                try connections[number].send(count, at: now) { try sockets.send($0, on: number) }
                sent += count
            }
            for number in connections.indices { try send(atMost: server.order.count, on: number, at: Monotonic.now) }
            while answered < sent {
                try sockets.turn { number, bytes in
                    let now = Monotonic.now
                    let replies = try connections[number].take(bytes, at: now, latencies)
                    answered += replies
                    try send(atMost: replies, on: number, at: now)
                }
            }
            sample.operations += answered
        }
    }
}

/// The messages of one connection: as many as are under way, each different, sent over and over in this order.
///
/// What comes back is therefore the same bytes over and over, wherever the reads cut them.
private final class EchoConnection {
    /// All requests, twice, so that any that follow each other lie side by side.
    private let requests: [UInt8]
    private let replies: [UInt8]
    private let requestBytes: Int
    private let replyBytes: Int
    private let inFlight: Int
    /// When each was sent.
    private let times: UnsafeMutablePointer<UInt64>
    private var sent = 0
    private var receivedBytes = 0

    init(_ number: Int, _ order: ServerOrder) {
        inFlight = order.count
        let payloads = (0..<inFlight).map { Payload.numbered(number << 8 | $0, bytes: order.bytes) }
        let replies = payloads.map { Frames.server(.text, $0) }
        let requests =
            switch order.kind {
            case .bare: replies
            case .gateway: payloads.map { Frames.client(.text, $0, mask: .random(in: .min ... .max)) }
            }
        (requestBytes, replyBytes) = (requests[0].count, replies[0].count)
        self.requests = (requests + requests).flatMap { $0 }
        self.replies = replies.flatMap { $0 }
        times = .allocate(capacity: inFlight)
    }

    deinit { times.deallocate() }

    func send(_ count: Int, at now: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard count > 0 else { return }
        let first = sent % inFlight * requestBytes
        for message in sent..<sent + count { times[message % inFlight] = now }
        sent += count
        try requests.withUnsafeBytes { try body(.init(rebasing: $0[first..<first + count * requestBytes])) }
    }

    /// Checks what came, and returns how many replies it completed.
    func take(_ bytes: UnsafeRawBufferPointer, at now: UInt64, _ latencies: Histogram) throws -> Int {
        var rest = bytes[...]
        while !rest.isEmpty {
            let offset = (receivedBytes + bytes.count - rest.count) % replies.count
            let piece = rest.prefix(replies.count - offset)
            try check(.init(rebasing: piece), against: replies, at: offset)
            rest = rest.dropFirst(piece.count)
        }
        let before = receivedBytes / replyBytes
        receivedBytes += bytes.count
        let after = receivedBytes / replyBytes
        guard receivedBytes <= sent * replyBytes else { throw BenchError("more came than was due") }
        for reply in before..<after { latencies.add(now - times[reply % inFlight]) }
        return after - before
    }
}
#endif
