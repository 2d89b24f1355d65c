package import PlatformCore
import ServerCore

/// The handler of a gateway that only pushes: it greets each socket with its name, and answers pings.
///
/// The greeting is what a page needs to have its socket bound to a user: its `client_id`, and a proof that it is its own
/// (`{"type":"init","client_id":"…","proof":"…"}`). `{"type":"ping"}` is answered with `{"type":"pong"}`; whatever else
/// comes is ignored, since requests go to the application by HTTP.
public final class InitHandler: GatewayHandler {
    private let message: [Piece]
    private let proof: SocketProof?
    private let clock: WallClock

    /// A piece of the greeting.
    private enum Piece {
        case text(String)
        case clientID
        case proof
    }

    /// - Parameters:
    ///   - message: The greeting, in which `{client_id}` and `{proof}` are filled in; nil: the init message above,
    ///     without a proof if there is no secret. Empty: no greeting.
    ///   - secret: What gateway and API share, of which the proof is made; with an empty one `{proof}` becomes empty.
    public convenience init(message: String? = nil, secret: String) {
        self.init(message: message, secret: secret, clock: .system)
    }

    package init(message: String?, secret: String, clock: WallClock) {
        let standard =
            secret.isEmpty
            ? #"{"type":"init","client_id":"{client_id}"}"#
            : #"{"type":"init","client_id":"{client_id}","proof":"{proof}"}"#
        self.message = Self.pieces(of: message ?? standard)
        proof = secret.isEmpty ? nil : SocketProof(secret: secret)
        self.clock = clock
    }

    /// Sends the greeting.
    public func opened(_ client: Client, request: UpgradeRequest) {
        guard !message.isEmpty else { return }
        client.send(greeting(for: client.id))
    }

    /// Answers a ping.
    public func text(_ text: UTF8Span, from client: Client) {
        guard text.count <= Self.longestPing, Self.isPing(text) else { return }
        client.send(#"{"type":"pong"}"#)
    }

    /// The greeting of a client.
    package func greeting(for client: ClientID) -> String {
        let id = client.description
        var greeting = ""
        greeting.reserveCapacity(160)
        for piece in message {
            switch piece {
            case .text(let text): greeting += text
            case .clientID: greeting += id
            case .proof: greeting += proof?.make(clientID: id, at: clock.now() / 1000) ?? ""
            }
        }
        return greeting
    }

    private static let longestPing = 64

    /// Whether a text is `{"type":"ping"}`, with any white space between its parts.
    private static func isPing(_ text: UTF8Span) -> Bool {
        var rest = #"{"type":"ping"}"#.utf8[...]
        for index in text.span.indices {
            let byte = text.span[index]
            if byte == rest.first {
                rest = rest.dropFirst()
            } else if ![0x20, 0x09, 0x0A, 0x0D].contains(byte) {
                return false
            }
        }
        return rest.isEmpty
    }

    private static func pieces(of template: String) -> [Piece] {
        var pieces: [Piece] = []
        var rest = template[...]
        while let brace = rest.firstIndex(of: "{") {
            let tail = rest[brace...]
            if tail.hasPrefix("{client_id}") {
                pieces += [.text(String(rest[..<brace])), .clientID]
                rest = tail.dropFirst("{client_id}".count)
            } else if tail.hasPrefix("{proof}") {
                pieces += [.text(String(rest[..<brace])), .proof]
                rest = tail.dropFirst("{proof}".count)
            } else {
                let next = rest.index(after: brace)
                pieces.append(.text(String(rest[..<next])))
                rest = rest[next...]
            }
        }
        return rest.isEmpty ? pieces : pieces + [.text(String(rest))]
    }
}
