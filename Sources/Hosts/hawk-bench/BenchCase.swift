#if os(Linux)
/// One line of the table: what a server does, how much of it, and what load drives it.
struct BenchCase: Sendable {
    /// By which it is chosen on the command line.
    let name: String
    let title: String
    let behaviour: ServerOrder.Behaviour
    let connections: Int
    /// The payload of a message.
    var bytes = 0
    /// Messages under way on a connection, or of a round; handshakes at a time.
    var count = 1
    let makeLoad: @Sendable (ServerProcess) throws -> any Load

    /// What an operation is.
    let operation: String

    /// What a server process is to be for it.
    func order(_ kind: ServerOrder.Kind, loops: Int, openingBytes: Int = 0) -> ServerOrder {
        ServerOrder(
            kind: kind,
            behaviour: behaviour,
            loops: loops,
            connections: connections,
            bytes: bytes,
            count: count,
            openingBytes: openingBytes
        )
    }
}

extension BenchCase {
    /// By which cases are chosen.
    static let names = ["echo", "fan-out", "connect", "idle", "push"]

    /// All cases.
    ///
    /// - Parameters:
    ///   - connections: Receivers of fan-out and push; ten times as many are idle.
    ///   - openFiles: How many descriptors a process may have.
    /// - Returns: The cases in the order of the table.
    static func all(connections: Int, openFiles: Int) -> [BenchCase] {
        let most = max(1, openFiles - 250)  // the 100 of the warm-up, and what a process has anyway
        let (receivers, idle) = (min(connections, most), min(10 * connections, most))
        return echo(most: most) + fanOut(receivers) + connect() + self.idle(idle) + [
            BenchCase(
                name: "push",
                title: "200 B to random uids of \(receivers.grouped), from a thread",
                behaviour: .push,
                connections: receivers,
                bytes: 200,
                count: 1000,
                makeLoad: { try PushLoad($0) },
                operation: "push"
            )
        ]
    }

    private static func echo(most: Int) -> [BenchCase] {
        [("64 B", 64, 50, 16), ("16 KiB", 16 << 10, 200, 4)].map { size, bytes, connections, inFlight in
            let connections = min(connections, most)
            return BenchCase(
                name: "echo",
                title: "\(size), \(connections) connections x \(inFlight) in flight",
                behaviour: .echo,
                connections: connections,
                bytes: bytes,
                count: inFlight,
                makeLoad: { try EchoLoad($0) },
                operation: "message"
            )
        }
    }

    private static func fanOut(_ receivers: Int) -> [BenchCase] {
        [("one at a time", 1), ("bursts of 100", 100)].map { manner, count in
            BenchCase(
                name: "fan-out",
                title: "200 B to \(receivers.grouped), \(manner)",
                behaviour: .fanOut,
                connections: receivers,
                bytes: 200,
                count: count,
                makeLoad: { try FanOutLoad($0) },
                operation: "delivery"
            )
        }
    }

    private static func connect() -> [BenchCase] {
        [("handshake", ServerOrder.Behaviour.echo), ("handshake and init message", .greet)].map { title, behaviour in
            BenchCase(
                name: "connect",
                title: "\(title), 64 at a time",
                behaviour: behaviour,
                connections: 512,
                count: 64,
                makeLoad: { ConnectLoad($0) },
                operation: "handshake"
            )
        }
    }

    private static func idle(_ connections: Int) -> [BenchCase] {
        [("plain", ServerOrder.Behaviour.echo), ("with uid, group and session", .belong)].map { title, behaviour in
            BenchCase(
                name: "idle",
                title: "\(connections.grouped) connections, \(title)",
                behaviour: behaviour,
                connections: connections,
                makeLoad: { IdleLoad($0) },
                operation: "connection"
            )
        }
    }
}

extension Int {
    /// `10,000`.
    var grouped: String {
        let digits = Array(String(self))
        let groups = stride(from: digits.count % 3, through: digits.count, by: 3).map { end in
            String(digits[Swift.max(0, end - 3)..<end])
        }
        return groups.filter { !$0.isEmpty }.joined(separator: ",")
    }
}
#endif
