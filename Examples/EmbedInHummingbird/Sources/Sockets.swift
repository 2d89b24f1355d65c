import GatewayKit
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket

/// Hummingbird's HTTP/1.1 with two paths for sockets: one that the gateway adopts, before HTTP reads a byte of it, and one
/// that is upgraded here and attached.
///
/// Everything else goes to the router.
struct SiteChannel: HTTPChannelHandler {
    typealias HTTP = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    typealias WebSocket = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    /// What a connection has become by its first request.
    enum Kind: Sendable {
        case http(HTTP)
        case socket(WebSocket, HTTPRequestHead)
    }

    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let kind: EventLoopFuture<Kind>
    }

    let responder: Responder
    let gateway: Gateway

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(AdoptHandler(path: "/sockets/adopt", gateway: gateway))
            let upgrader = NIOTypedWebSocketServerUpgrader<Kind>(
                maxFrameSize: 1 << 20,
                shouldUpgrade: { channel, head in
                    let isOurs = head.uri.prefix { $0 != "?" } == "/sockets/attach"
                    return channel.eventLoop.makeSucceededFuture(isOurs ? HTTPHeaders() : nil)
                },
                upgradePipelineHandler: { channel, head in
                    channel.eventLoop.makeCompletedFuture {
                        let whole = NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 1,
                            maxAccumulatedFrameCount: 4096,
                            maxAccumulatedFrameSize: 1 << 20
                        )
                        try channel.pipeline.syncOperations.addHandler(whole)
                        return .socket(try WebSocket(wrappingChannelSynchronously: channel), head)
                    }
                }
            )
            var configuration = NIOUpgradableHTTPServerPipelineConfiguration<Kind>(
                upgradeConfiguration: .init(upgraders: [upgrader]) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers([
                            HTTP1ToHTTPServerCodec(secure: false), HTTPConnectionStateHandler(logger: logger),
                        ])
                        return .http(
                            try HTTP(
                                wrappingChannelSynchronously: channel,
                                configuration: .init(isOutboundHalfClosureEnabled: true)
                            )
                        )
                    }
                }
            )
            configuration.enablePipelining = false  // Hummingbird does that
            let kind = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
                configuration: configuration
            )
            return Value(channel: channel, kind: kind)
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.kind.get() {
            case .http(let channel): await handleHTTP(asyncChannel: channel, logger: logger)
            case .socket(let channel, let head): try await serve(channel, head)
            }
        } catch {
            // Adopted, closed before its first request was whole, or refused by the gateway.
            logger.debug("connection ended", metadata: ["reason": "\(error)"])
        }
    }

    /// A socket that stays Hummingbird's: messages go to and fro between it and the gateway.
    private func serve(_ channel: WebSocket, _ head: HTTPRequestHead) async throws {
        let peer = channel.channel.remoteAddress.flatMap { address in
            address.ipAddress.map { $0.contains(":") ? "[\($0)]:\(address.port ?? 0)" : "\($0):\(address.port ?? 0)" }
        }
        try await channel.executeThenClose { inbound, outbound in
            let client = try await gateway.attach(
                request: UpgradeHead(target: head.uri, headers: head.headers.map { ($0.name, $0.value) }),
                peerAddress: peer,
                send: { message in try await outbound.write(WebSocketFrame(message)) },
                close: { code, reason in
                    if code != .abnormal { try? await outbound.write(.close(code, reason)) }
                    try? await channel.channel.close()
                }
            )
            for try await frame in inbound {
                var data = frame.unmaskedData
                switch frame.opcode {
                case .text: client.received(.text(String(buffer: data)))
                case .binary: client.received(.binary(Array(buffer: data)))
                case .ping: try await outbound.write(WebSocketFrame(fin: true, opcode: .pong, data: data))
                case .connectionClose:
                    let code = data.readInteger(as: UInt16.self).map(CloseCode.init(rawValue:)) ?? .noStatus
                    client.closed(code, reason: String(buffer: data))
                    try await outbound.write(.close(code == .noStatus ? .normal : code, ""))
                    return
                default: break
                }
                await client.ready()  // reads no faster than the gateway takes it
            }
        }  // here the client goes, and a socket that was cut counts as closed
    }
}

extension WebSocketFrame {
    init(_ message: Message) {
        switch message {
        case .text(let text): self.init(fin: true, opcode: .text, data: ByteBuffer(string: text))
        case .binary(let bytes): self.init(fin: true, opcode: .binary, data: ByteBuffer(bytes: bytes))
        }
    }

    static func close(_ code: CloseCode, _ reason: String) -> WebSocketFrame {
        var data = ByteBuffer(integer: code.rawValue)
        data.writeString(reason)
        return WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
    }
}
