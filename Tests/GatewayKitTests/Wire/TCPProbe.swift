import PlatformCore
import ServerCore
import TestSupport

/// A plain TCP client of a test's own: sends bytes, and keeps what comes and whether the peer has closed.
final class TCPProbe: Sendable {
    private struct State {
        var received: [UInt8] = []
        var isClosed = false
    }

    private let group: EventLoopGroup
    private let state = Lock(State())
    private let connection: LoopBound<StreamConnection>

    init(_ address: String) async throws {
        group = try EventLoopGroup(name: "probe")
        let target = try await SocketAddress.resolve(address)[0]
        let state = state
        connection = try await StreamConnection.connect(to: target, on: group.loops[0], timeout: .seconds(5)) {
            stream in
            stream.start(Ear(stream, state))
            return LoopBound(stream, to: stream.loop)
        }
    }

    var received: [UInt8] { state.withLock { $0.received } }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    func send(_ bytes: [UInt8]) {
        connection.loop.execute { [connection] in connection.value.write(bytes) }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Reads nothing until `resume`.
    func pause() {
        connection.loop.execute { [connection] in connection.value.pauseReading() }
    }

    func resume() {
        connection.loop.execute { [connection] in connection.value.resumeReading() }
    }

    func close() {
        connection.loop.execute { [connection] in connection.value.close() }
    }

    /// Waits until at least as many bytes have come, and takes them all.
    func receive(atLeast count: Int) async throws -> [UInt8] {
        try await eventually(.seconds(20), "\(count) bytes") { [self] in received.count >= count || isClosed }
        return state.withLock { state in
            defer { state.received = [] }
            return state.received
        }
    }

    /// Waits for a line and takes it.
    func line() async throws -> String {
        try await eventually(.seconds(20), "a line") { [self] in received.contains(0x0A) || isClosed }
        return state.withLock { state in
            let end = state.received.firstIndex(of: 0x0A) ?? state.received.endIndex
            defer { state.received.removeFirst(min(end + 1, state.received.count)) }
            return String(decoding: state.received[..<end], as: UTF8.self)
        }
    }

    func closedByPeer() async throws {
        try await eventually(.seconds(20), "the end of the connection") { [self] in isClosed }
    }

    private final class Ear: ByteStreamDelegate {
        let connection: StreamConnection
        let state: Lock<State>

        init(_ connection: StreamConnection, _ state: Lock<State>) {
            self.connection = connection
            self.state = state
        }

        var stream: any ByteStream { connection }

        func received(_ bytes: UnsafeMutableRawBufferPointer) { state.withLock { $0.received += bytes } }

        func closed(_ end: StreamEnd) { state.withLock { $0.isClosed = true } }
    }
}
