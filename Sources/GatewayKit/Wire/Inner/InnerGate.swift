import ServerCore

/// Who may use a gateway's inner port: one connection's authentication, as a state.
///
/// With an empty secret everyone may, from the start. Else the first packet must carry the secret; it may come again at
/// any time, as PHP's client sends it before every command of a kept connection.
package struct InnerGate: Sendable {
    /// What becomes of a packet.
    package enum Verdict: Sendable, Equatable {
        /// It is a command of someone who may give it.
        case command
        /// It was the secret, and right; a worker says its name with it.
        case authenticated(worker: String?)
        /// Close without a word.
        case refused(String)
    }

    private let secret: [UInt8]
    /// Whether commands are taken.
    package private(set) var isOpen: Bool

    /// - Parameter secret: what the peers must know.
    package init(secret: [UInt8]) {
        self.secret = secret
        isOpen = secret.isEmpty
    }

    /// Judges the next packet.
    package mutating func judge(_ packet: PacketView) -> Verdict {
        switch packet.command {
        case .gatewayClientConnect, .workerConnect:
            // An absent secret or one that is no string is wrong even where the secret is empty.
            guard let message = try? JSONReader.read(Array(packet.body)),
                case .string(let sent)? = message["secret_key"],
                Digest.areEqual(Digest.sha256(sent), Digest.sha256(secret))
            else { return .refused("wrong secret") }
            isOpen = true
            guard packet.command == .workerConnect else { return .authenticated(worker: nil) }
            return .authenticated(worker: message["worker_key"].flatMap(InnerNames.name) ?? "")
        default:
            return isOpen ? .command : .refused("no secret")
        }
    }
}

extension GatewayPacket {
    /// The packet that opens the gate of a gateway with a secret; never answered.
    package static func authentication(secret: [UInt8]) -> GatewayPacket {
        let message: PHPValue = ["secret_key": .string(secret)]
        return GatewayPacket(.gatewayClientConnect, body: JSONWriter.write(message) ?? [])
    }
}
