import ServerCore

/// Tells the workers of PHP's GatewayWorker what happens to the sockets of one loop, beside another handler.
///
/// Who opens a socket is told when the handshake is done: a worker's answer finds it open. What the sockets send is
/// forwarded as it is, text and binary alike.
final class WorkerRelay: GatewayHandler {
    private let desk: WorkerDesk
    private let address: GatewayAddress
    /// The port that the sockets connect to.
    private let port: UInt16
    private let inner: any GatewayHandler

    init(_ desk: WorkerDesk, of address: GatewayAddress, port: UInt16, beside inner: any GatewayHandler) {
        self.desk = desk
        self.address = address
        self.port = port
        self.inner = inner
    }

    func upgrade(_ request: UpgradeRequest) -> UpgradeDecision {
        guard desk.isOpen else {
            return .refuse(status: 503, reason: "no worker is connected", headers: [("Retry-After", "1")])
        }
        return inner.upgrade(request)
    }

    func opened(_ client: Client, request: UpgradeRequest) {
        inner.opened(client, request: request)
        let peer = request.peer
        let body = request.phpValue(peer: peer, port: port).serialized()
        let packets =
            packet(.onConnect, client)
            + body.withUnsafeBytes { packet(.onWebSocketConnect, client, flags: [], $0) }
        post(.init(kind: .opened, client: client.id.connection, packets: packets), for: client)
    }

    func text(_ text: UTF8Span, from client: Client) {
        inner.text(text, from: client)
        text.span.withUnsafeBytes { forward($0, from: client) }
    }

    func binary(_ bytes: RawSpan, from client: Client) {
        inner.binary(bytes, from: client)
        bytes.withUnsafeBytes { forward($0, from: client) }
    }

    func dropped(messages: Int, bytes: Int, to client: Client) {
        inner.dropped(messages: messages, bytes: bytes, to: client)
    }

    /// A client is about to leave the tables, and its session with it.
    func leaves(_ client: Client) {
        _ = desk.post(.init(kind: .closed, client: client.id.connection, packets: packet(.onClose, client)))
    }

    func closed(_ client: Client, code: CloseCode, reason: String) {
        inner.closed(client, code: code, reason: reason)
    }

    private func forward(_ message: UnsafeRawBufferPointer, from client: Client) {
        let packet = packet(.onMessage, client, message)
        guard packet.count <= GatewayPacket.defaultLimit else {
            return client.close(.messageTooBig, reason: "no packet to a worker holds it")
        }
        post(.init(kind: .message, client: client.id.connection, packets: packet), for: client)
    }

    private func post(_ event: WorkerDesk.Event, for client: Client) {
        if !desk.post(event) { client.close(.tryAgainLater, reason: "no worker takes messages") }
    }

    private func packet(
        _ command: GatewayPacket.Command,
        _ client: Client,
        flags: GatewayPacket.Flags = .scalarBody,
        _ body: UnsafeRawBufferPointer = .init(start: nil, count: 0)
    ) -> [UInt8] {
        var packet = GatewayPacket(command, connectionID: client.id.connection, extra: client.session.bytes)
        packet.localIP = address.ipv4
        packet.localPort = address.port
        packet.clientIP = client.stream.peer.ipv4 ?? 0
        packet.clientPort = client.stream.peer.port
        packet.gatewayPort = port
        packet.flags = flags
        return packet.bytes(body: body)
    }
}

/// The handler of a gateway whose sockets workers serve: says nothing itself.
final class QuietHandler: GatewayHandler {}
