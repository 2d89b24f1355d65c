import GatewayKit
import TestSupport

extension Gateway {
    /// A gateway that echoes.
    static func echo(
        loops: Int = 1,
        tls: TLS? = nil,
        limits: Limits = Limits(),
        origins: [String]? = nil,
        seen: Mailbox<Echo.Seen> = Mailbox()
    ) -> Gateway {
        Gateway(.init(listen: "127.0.0.1:0", tls: tls, loops: loops, allowedOrigins: origins, limits: limits)) { _ in
            Echo(seen)
        }
    }
}

/// Sends everything back, and tells what became of its sockets.
final class Echo: GatewayHandler {
    enum Seen: Sendable, Equatable {
        case opened(path: String, query: String)
        case closed(CloseCode, String)
    }

    private let seen: Mailbox<Seen>

    init(_ seen: Mailbox<Seen>) { self.seen = seen }

    func opened(_ client: Client, request: UpgradeRequest) {
        seen.push(.opened(path: request.path, query: request.query))
    }

    func text(_ text: UTF8Span, from client: Client) { client.send(text) }

    func binary(_ bytes: RawSpan, from client: Client) { client.send(bytes) }

    func closed(_ client: Client, code: CloseCode, reason: String) { seen.push(.closed(code, reason)) }
}
