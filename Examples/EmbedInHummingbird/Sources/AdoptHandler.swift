import Foundation
import GatewayKit
import NIOCore

/// The first to see a connection's bytes: a request for the path goes to the gateway with its connection, and anything else
/// to the handlers behind this one, which then leaves.
///
/// For plain connections only: under TLS the connection cannot change hands, and `attach` is the way.
final class AdoptHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let start: [UInt8]
    private let gateway: Gateway
    private var bytes: [UInt8] = []

    init(path: String, gateway: Gateway) {
        start = Array("GET \(path)".utf8)
        self.gateway = gateway
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += Array(buffer: unwrapInboundIn(data))
        let known = min(bytes.count, start.count)
        guard bytes[..<known].elementsEqual(start[..<known]), bytes.count <= 16 << 10 else { return passOn(context) }
        guard bytes.count > start.count else { return }
        // GET /sockets/adoption is none of ours.
        guard [UInt8(ascii: " "), UInt8(ascii: "?")].contains(bytes[start.count]) else { return passOn(context) }
        if let end = Data(bytes).firstRange(of: Data("\r\n\r\n".utf8))?.upperBound { handOver(context, end) }
    }

    /// Gives the connection away, by a descriptor of its own: closing NIO's closes no connection then.
    private func handOver(_ context: ChannelHandlerContext, _ end: Int) {
        let copy = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable { (own: CInt) in dup(own) }
        context.close(promise: nil)
        guard let copy, copy >= 0 else { return }
        // What the gateway refuses it has answered; its events say why.
        try? gateway.adopt(
            descriptor: copy,
            head: UpgradeHead(bytes: Array(bytes[..<end])),
            buffered: Array(bytes[end...])
        )
    }

    private func passOn(_ context: ChannelHandlerContext) {
        context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: bytes)))
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
