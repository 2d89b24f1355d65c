import ServerCore

/// Who is connected to a Register and what each is told: the whole of its rules, without a socket.
///
/// The caller gives each connection a number, hands in what happens and performs the actions in order.
package struct RegisterDirectory: Sendable {
    /// What the caller does.
    package enum Action: Sendable, Equatable {
        /// Send these bytes to a connection.
        case send([UInt8], to: Int)
        /// Close a connection when what was sent before has gone out.
        case close(Int, reason: String)
    }

    private let secret: [UInt8]
    /// The gateways, by their connections, and when they came.
    private var gateways: [Int: (serial: Int, address: String)] = [:]
    private var lastSerial = 0
    /// The connections of those who want the addresses.
    private var workers: Set<Int> = []

    /// - Parameter secret: what gateways and workers must know.
    package init(secret: [UInt8]) {
        self.secret = secret
    }

    /// The addresses of all gateways, each once, in the order in which they came.
    package var addresses: [String] {
        var seen: Set<String> = []
        let inOrder = gateways.values.sorted { $0.serial < $1.serial }
        return inOrder.map(\.address).filter { seen.insert($0).inserted }
    }

    /// Whether a connection has announced itself.
    package func knows(_ connection: Int) -> Bool {
        workers.contains(connection) || gateways[connection] != nil
    }

    /// A connection sent a line.
    package mutating func received(_ line: [UInt8], on connection: Int, from ip: String) -> [Action] {
        do throws(RegisterMessage.Violation) {
            switch try RegisterMessage(line: line) {
            case .gatewayConnect(let address, let secret):
                guard isRight(secret) else { return [.close(connection, reason: "wrong secret")] }
                lastSerial += 1
                gateways[connection] = (gateways[connection]?.serial ?? lastSerial, address)
                return broadcast()
            case .workerConnect(let secret):
                guard isRight(secret) else { return [.close(connection, reason: "wrong secret")] }
                workers.insert(connection)
                return [.send(RegisterMessage.broadcastAddresses(addresses).line, to: connection)]
            case .ping: return []
            case .broadcastAddresses: return [.close(connection, reason: "unknown event")]
            }
        } catch {
            switch error {
            case .badRequest:
                let text = RegisterMessage.refusal(of: line, from: ip)
                return [.send(text, to: connection), .close(connection, reason: "bad request")]
            case .unknown: return [.close(connection, reason: "unknown event")]
            }
        }
    }

    /// A connection has gone.
    package mutating func closed(_ connection: Int) -> [Action] {
        workers.remove(connection)
        return gateways.removeValue(forKey: connection) == nil ? [] : broadcast()
    }

    private func broadcast() -> [Action] {
        let line = RegisterMessage.broadcastAddresses(addresses).line
        return workers.sorted().map { .send(line, to: $0) }
    }

    /// Compares in a time that tells nothing, of the secret's length neither.
    private func isRight(_ sent: [UInt8]) -> Bool {
        Digest.areEqual(Digest.sha256(sent), Digest.sha256(secret))
    }
}
