import PlatformCore
import ServerCore
import TestSupport

/// A delegate that writes down what its connection tells it; `stream` is touched on the loop, `seen` anywhere.
final class Recorder: Sendable {
    struct Seen: Sendable {
        var bytes: [UInt8] = []
        var drains = 0
        var ends = 0
        var end: String?

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    let stream: LoopBound<StreamConnection>
    let onText = Lock<(@Sendable () -> Void)?>(nil)
    let onEnd = Lock<(@Sendable () -> Void)?>(nil)
    private let state = Lock(Seen())

    init(_ connection: StreamConnection) {
        stream = LoopBound(connection, to: connection.loop)
        connection.start(Delegate(connection, self))
    }

    /// Takes over our end of a pair, on the loop.
    convenience init(_ pair: RecordPair, on loop: EventLoop) {
        self.init(StreamConnection(pair.ours, peer: SocketAddress(.ipv4(0x7f00_0001), port: 1), loop: loop))
    }

    var seen: Seen { state.withLock { $0 } }

    func wait(_ what: String, _ condition: @escaping @Sendable (Seen) -> Bool) async throws {
        try await eventually(.seconds(60), what) { condition(self.seen) }
    }

    private final class Delegate: ByteStreamDelegate {
        let stream: any ByteStream
        private let recorder: Recorder

        init(_ stream: any ByteStream, _ recorder: Recorder) {
            self.stream = stream
            self.recorder = recorder
        }

        func received(_ bytes: UnsafeMutableRawBufferPointer) {
            recorder.state.withLock { $0.bytes += bytes }
            recorder.onText.withLock { $0 }?()
        }

        func peerEnded() {
            recorder.state.withLock { $0.ends += 1 }
            recorder.onEnd.withLock { $0 }?()
            stream.closeAfterFlush()
        }

        func drained() {
            recorder.state.withLock { $0.drains += 1 }
        }

        func closed(_ end: StreamEnd) {
            let text =
                switch end {
                case .closed: "closed"
                case .peerLeft: "peerLeft"
                case .stalled: "stalled"
                case .failed(let error): "failed \(error)"
                case .handshakeFailed(let reason): "handshake failed: \(reason)"
                }
            recorder.state.withLock { $0.end = text }
        }
    }
}
