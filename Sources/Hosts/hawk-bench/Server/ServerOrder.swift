#if os(Linux)
/// What a server process is to be; written on its command line, behind `serve`.
struct ServerOrder: Sendable {
    /// Who serves.
    enum Kind: String, CaseIterable, Sendable {
        case gateway
        /// A loop of epoll, recv and send, without WebSocket: what the kernel alone costs.
        case bare
    }

    /// What it does with its connections.
    enum Behaviour: String, Sendable {
        /// Sends back what comes.
        case echo
        /// Sends messages to everyone when told to.
        case fanOut
        /// Has a thread send messages to single ones when told to.
        case push
        /// Gives each a uid, a group and a session.
        case belong
        /// Sends each the gateway's init message.
        case greet
    }

    var kind: Kind
    let behaviour: Behaviour
    /// Event loops of the gateway; the bare one has one.
    let loops: Int
    let connections: Int
    /// The payload of a message.
    let bytes: Int
    /// Messages of one round of a fan-out or push.
    let count: Int
    /// What the bare server answers to what comes first; the gateway's handshake has as many bytes.
    var openingBytes = 0

    var arguments: [String] {
        [kind.rawValue, behaviour.rawValue] + [loops, connections, bytes, count, openingBytes].map { "\($0)" }
    }
}

extension ServerOrder {
    /// Reads what `arguments` wrote.
    init?(_ arguments: some Sequence<String>) {
        let words = Array(arguments)
        let numbers = words.dropFirst(2).compactMap { Int($0) }
        guard words.count == 7, numbers.count == 5, let kind = Kind(rawValue: words[0]),
            let behaviour = Behaviour(rawValue: words[1])
        else { return nil }
        self.init(
            kind: kind,
            behaviour: behaviour,
            loops: numbers[0],
            connections: numbers[1],
            bytes: numbers[2],
            count: numbers[3],
            openingBytes: numbers[4]
        )
    }
}
#endif
