import GatewayKit
import TestSupport
import Testing

struct UpgradeTests {
    @Test func `the handler may accept with a subprotocol and header fields`() async throws {
        let gateway = Gatekeeper.gateway { request in
            .accept(
                subprotocol: request.subprotocols.last,
                headers: [("Set-Cookie", "a=b; Path=/"), ("X-Of", request.path)]
            )
        }
        try await withGateway(gateway) { _, url in
            let headers = [("Sec-WebSocket-Protocol", "v2, v1")]
            let socket = try await WebSocketClient.connect("\(url)door", headers: headers)
            for field in ["Sec-WebSocket-Protocol: v1", "Set-Cookie: a=b; Path=/", "X-Of: /door"] {
                #expect(socket.answer.contains("\r\n\(field)"))
            }
            #expect(try await socket.nextText() == "v1")  // what the handler sees in `opened`
        }
    }

    @Test(arguments: [("v3, v2, v1", "v2"), ("v1", "v1"), ("v3", ""), ("", "")])
    func `the first offered subprotocol that is spoken here is chosen`(offer: String, chosen: String) async throws {
        try await withGateway(Gatekeeper.gateway(subprotocols: ["v1", "v2"]) { _ in .accept() }) { _, url in
            let headers = offer.isEmpty ? [] : [("Sec-WebSocket-Protocol", offer)]
            let socket = try await WebSocketClient.connect(url, headers: headers)
            #expect("\(socket.answer)\r\n".contains("Sec-WebSocket-Protocol: \(chosen)\r\n") == !chosen.isEmpty)
            #expect(socket.answer.contains("Sec-WebSocket-Protocol") == !chosen.isEmpty)
            #expect(try await socket.nextText() == chosen)
        }
    }

    @Test func `the handler may refuse with a status, header fields and words of its own`() async throws {
        let gateway = Gatekeeper.gateway { _ in
            .refuse(status: 401, reason: "who are you?", headers: [("WWW-Authenticate", "Bearer")])
        }
        try await withGateway(gateway) { gateway, url in
            let refusal = await Self.refusal(url)
            #expect(refusal?.status == 401)
            let head = refusal?.description ?? ""
            for field in ["WWW-Authenticate: Bearer", "Content-Length: 13", "Connection: close"] {
                #expect(head.contains("\r\n\(field)"))
            }
            #expect(gateway.statistics.handshakesRefused == 1 && gateway.statistics.clientsOpened == 0)
        }
    }

    @Test(
        arguments: [
            .accept(headers: [("X-A", "b\r\nX-C: d")]), .accept(headers: [("X A", "b")]), .accept(headers: [("", "b")]),
            .accept(headers: [("sec-websocket-accept", "x")]), .accept(headers: [("Transfer-Encoding", "chunked")]),
            .accept(subprotocol: "v9"), .accept(subprotocol: "v1\r\nX-C: d"),
            .refuse(status: 403, headers: [("Location", "/\r\nX-C: d")]), .refuse(status: 200), .refuse(status: 101),
        ] as [UpgradeDecision]
    )
    func `what would break the answer apart is not sent, but a 500`(decision: UpgradeDecision) async throws {
        let events = Mailbox<GatewayEvent>()
        let gateway = Gatekeeper.gateway(events: events) { _ in decision }
        try await withGateway(gateway) { _, url in
            let refusal = await Self.refusal(url, [("Sec-WebSocket-Protocol", "v1")])
            #expect(refusal?.status == 500 && refusal?.description.contains("X-C") == false)
            guard
                case .handshakeRefused(500, _, _) = try await within(
                    .seconds(20),
                    "the event",
                    { try await events.next() }
                )
            else {
                Issue.record("another event")
                return
            }
        }
    }

    @Test func `a decision may take its time, and what the client sends meanwhile waits`() async throws {
        let asked = Mailbox<String>()
        let answers = Mailbox<UpgradeDecision>()
        let gateway = Gatekeeper.gateway { request in
            asked.push(request.path)
            return .later { .later { (try? await answers.next()) ?? .refuse(status: 503) } }
        }
        try await withGateway(gateway) { gateway, url in
            let address = try await gateway.listeningAddress()
            let request = Self.request + clientFrame(1, "early")
            async let socket = WebSocketClient.connect(toAddress: address, sending: request)
            #expect(try await within(.seconds(20), "the question") { try await asked.next() } == "/")
            answers.push(.accept())
            #expect(try await socket.nextText() == "")
            #expect(try await socket.nextText() == "early")
            async let refused = Self.refusal(url)
            #expect(try await within(.seconds(20), "the question") { try await asked.next() } == "/")
            answers.push(.refuse(status: 403))
            #expect(await refused?.status == 403)
        }
    }

    @Test func `too much before the answer is refused with 400`() async throws {
        let gateway = Gatekeeper.gateway(limits: .init(maxHandshakeBytes: 400)) { _ in .later { .accept() } }
        try await withGateway(gateway) { gateway, _ in
            let request = Self.request + [UInt8](repeating: 0, count: 401)
            let address = try await gateway.listeningAddress()
            let refusal = await #expect(throws: WebSocketClient.Refused.self) {
                _ = try await WebSocketClient.connect(toAddress: address, sending: request)
            }
            #expect(refusal?.status == 400)
        }
    }

    @Test func `a decision that takes too long is cancelled, and the client gets 408`() async throws {
        let cancelled = Mailbox<Bool>()
        let gateway = Gatekeeper.gateway(limits: .init(handshakeTimeout: .milliseconds(100))) { _ in
            .later {
                try? await Task.sleep(for: .seconds(600))
                cancelled.push(Task.isCancelled)
                return .accept()
            }
        }
        try await withGateway(gateway) { gateway, url in
            #expect(await Self.refusal(url)?.status == 408)
            let isCancelled = try await within(.seconds(20), "the task's end") { try await cancelled.next() }
            #expect(isCancelled)
            #expect(gateway.statistics.clientsOpened == 0)
        }
    }

    @Test func `a client that is gone when the decision comes is forgotten`() async throws {
        let asked = Mailbox<Bool>()
        let answers = Mailbox<Bool>()
        let gateway = Gatekeeper.gateway { _ in
            .later {
                asked.push(true)
                while (try? await answers.next()) == nil { await Task.yield() }  // whoever cancels it
                return .accept()
            }
        }
        try await withGateway(gateway) { gateway, url in
            let connecting = Task { try? await WebSocketClient.connect(url, within: .milliseconds(100)) }
            _ = try await within(.seconds(20), "the question") { try await asked.next() }
            _ = await connecting.value
            try await eventually(.seconds(20), "the connection is gone") { gateway.statistics.connections == 0 }
            answers.push(true)
            answers.push(true)
            try await eventually(.seconds(20), "the gateway goes on") {
                (try? await WebSocketClient.connect(url)) != nil
            }
            #expect(gateway.statistics.clientsOpened == 1)
        }
    }

    @Test func `a request larger than the limit is refused with 431`() async throws {
        try await withGateway(Gatekeeper.gateway(limits: .init(maxHandshakeBytes: 300)) { _ in .accept() }) { _, url in
            let refusal = await Self.refusal(url, [("X-Long", String(repeating: "x", count: 300))])
            #expect(refusal?.status == 431)
        }
    }

    private static let request = Array(
        """
        GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
        """.utf8
    )

    private static func refusal(_ url: String, _ headers: [(String, String)] = []) async -> WebSocketClient.Refused? {
        await #expect(throws: WebSocketClient.Refused.self) {
            _ = try await WebSocketClient.connect(url, headers: headers)
        }
    }
}

/// Decides as it is told, greets with the subprotocol that was chosen, and echoes.
private final class Gatekeeper: GatewayHandler {
    private let decide: @Sendable (UpgradeRequest) -> UpgradeDecision

    private init(_ decide: @escaping @Sendable (UpgradeRequest) -> UpgradeDecision) { self.decide = decide }

    static func gateway(
        subprotocols: [String] = [],
        limits: Gateway.Limits = .init(),
        events: Mailbox<GatewayEvent> = Mailbox(),
        _ decide: @escaping @Sendable (UpgradeRequest) -> UpgradeDecision
    ) -> Gateway {
        let configuration = Gateway.Configuration(
            listen: "127.0.0.1:0",
            subprotocols: subprotocols,
            limits: limits,
            onEvent: { if case .handshakeRefused = $0 { events.push($0) } }
        )
        return Gateway(configuration) { _ in Gatekeeper(decide) }
    }

    func upgrade(_ request: UpgradeRequest) -> UpgradeDecision { decide(request) }

    func opened(_ client: Client, request: UpgradeRequest) { client.send(request.subprotocol ?? "") }

    func text(_ text: UTF8Span, from client: Client) { client.send(text) }
}
