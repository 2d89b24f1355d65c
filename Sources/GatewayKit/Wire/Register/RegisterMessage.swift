/// One line of the Register protocol, without its line feed.
///
/// Gateways and those who push announce themselves, the Register tells the latter all addresses.
package enum RegisterMessage: Sendable, Equatable {
    /// A gateway tells where its inner port is.
    case gatewayConnect(address: String, secret: [UInt8])
    /// A worker or client asks for the addresses, and for every change of them while it stays.
    case workerConnect(secret: [UInt8])
    /// A sign of life; never answered.
    case ping
    /// The Register's list, in the order in which the gateways came.
    case broadcastAddresses([String])

    /// Why a line is no message.
    package enum Violation: Error, Sendable, Equatable {
        /// Not JSON, or without an event: answered with one line, then the connection is closed.
        case badRequest
        /// An event that nobody knows, or one whose fields are wrong: closed without a word.
        case unknown
    }

    /// Reads a line, with or without the carriage return at its end.
    package init(line: [UInt8]) throws(Violation) {
        guard let message = try? JSONReader.read(line.last == UInt8(ascii: "\r") ? line.dropLast() : line),
            case .string(let event)? = message["event"], !event.isEmpty
        else { throw .badRequest }
        switch String(decoding: event, as: UTF8.self) {
        case "gateway_connect":
            guard let address = Self.text(message["address"]), !address.isEmpty else { throw .unknown }
            self = .gatewayConnect(address: address, secret: try Self.secret(of: message))
        case "worker_connect": self = .workerConnect(secret: try Self.secret(of: message))
        case "ping": self = .ping
        case "broadcast_addresses":
            // A list with a gap arrives as an object: only the values count.
            guard case .array(let addresses)? = message["addresses"] else { throw .unknown }
            self = .broadcastAddresses(addresses.values.compactMap(Self.text))
        default: throw .unknown
        }
    }

    /// The line as PHP writes it, with its line feed.
    package var line: [UInt8] {
        switch self {
        case .gatewayConnect(let address, let secret):
            Array(#"{"event":"gateway_connect", "address":"#.utf8) + Self.json(Array(address.utf8))
                + #", "secret_key":"#.utf8 + Self.json(secret) + "}\n".utf8
        case .workerConnect(let secret):
            Array(#"{"event":"worker_connect","secret_key":"#.utf8) + Self.json(secret) + "}\n".utf8
        case .ping: Array("{\"event\":\"ping\"}\n".utf8)
        case .broadcastAddresses(let addresses):
            Array(#"{"event":"broadcast_addresses","addresses":"#.utf8)
                + (JSONWriter.write(.list(addresses.map(PHPValue.text))) ?? []) + "}\n".utf8
        }
    }

    /// What the Register says to a line that is no message.
    package static func refusal(of line: [UInt8], from ip: String) -> [UInt8] {
        Array("Bad request for Register service. Request info(IP:\(ip), Request Buffer:".utf8) + line
            + "). See http://doc2.workerman.net/register-auth-timeout.html\n".utf8
    }

    /// Absent is the empty secret; what is not a string is not a secret.
    private static func secret(of message: PHPValue) throws(Violation) -> [UInt8] {
        switch message["secret_key"] {
        case nil, .null?: return []
        case .string(let secret)?: return secret
        default: throw .unknown
        }
    }

    private static func text(_ value: PHPValue?) -> String? {
        guard case .string(let bytes)? = value else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func json(_ bytes: [UInt8]) -> [UInt8] {
        // A secret that is not UTF-8 cannot be written as JSON; PHP's readers could not read it either.
        JSONWriter.write(.string(bytes)) ?? Array("\"\"".utf8)
    }
}
