#if os(Linux)
import CLinux
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The same work by as few calls of the kernel as it takes, and nothing else: the floor that nothing gets below.
///
/// What comes first on a connection is answered with as many bytes as the gateway's handshake has. All bytes of a round
/// go to a receiver by one send.
final class BareServer {
    private let order: ServerOrder
    private let epoll: Epoll
    private let listener: Int32
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 512 << 10, alignment: 64)
    private let opening: [UInt8]
    /// The frames of a round of fan-out.
    private let round: [UInt8]
    private let pusher: Pusher?
    /// Connections in order of opening; those that have gone stay.
    private var opened: [Int32] = []
    /// By descriptor.
    private var isOpened: [Bool] = []

    init(_ order: ServerOrder) throws {
        self.order = order
        epoll = try Epoll()
        opening = [UInt8](repeating: UInt8(ascii: "."), count: order.openingBytes)
        round = (0..<order.count).flatMap { Frames.server(.text, Payload.numbered($0, bytes: order.bytes)) }
        pusher = order.behaviour == .push ? Pusher(order) : nil
        listener = try Self.listen()
        try epoll.add(listener, number: Int(listener))
    }

    deinit { buffer.deallocate() }

    /// Serves for ever.
    func run() throws {
        try ServerMain.announce(port: port)
        while true {
            _ = try epoll.wait(milliseconds: -1) { number in
                if number == Int(listener) { try accept() } else { read(Int32(number)) }
            }
        }
    }

    private func accept() throws {
        let connection = accept4(listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
        guard connection >= 0 else { return }
        var one: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        while isOpened.count <= Int(connection) { isOpened.append(false) }
        isOpened[Int(connection)] = false
        try epoll.add(connection, number: Int(connection))
    }

    private func read(_ connection: Int32) {
        let count = recv(connection, buffer.baseAddress, buffer.count, 0)
        guard count > 0 else {
            close(connection)
            return
        }
        guard isOpened[Int(connection)] else { return open(connection) }
        switch order.behaviour {
        case .echo: send(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: connection)
        case .fanOut: round.withUnsafeBytes { for connection in opened { send($0, to: connection) } }
        case .push: push()
        case .belong, .greet: break
        }
    }

    private func open(_ connection: Int32) {
        isOpened[Int(connection)] = true
        if order.behaviour == .fanOut || order.behaviour == .push { opened.append(connection) }
        opening.withUnsafeBytes { send($0, to: connection) }
    }

    /// Has the other thread send: the kernel takes it from any.
    private func push() {
        pusher?.start { [opened] payload, receiver in
            Frames.server(.binary, payload).withUnsafeBytes { bytes in
                _ = systemSend(opened[receiver], bytes)
            }
        }
    }

    private func send(_ bytes: UnsafeRawBufferPointer, to connection: Int32) {
        _ = systemSend(connection, bytes)
    }

    private var port: UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutableBytes(of: &address) {
            _ = getsockname(listener, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func listen() throws -> Int32 {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in(loopbackPort: 0)
        let code = withUnsafeBytes(of: &address) {
            bind(listener, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        guard listener >= 0, code == 0, systemListen(listener) == 0 else { throw SystemError("listen") }
        return listener
    }
}

// Inside `BareServer` the names send and listen are its own: these reach libc's. Sockets here block, so all is sent.
private func systemSend(_ socket: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
}

private func systemListen(_ socket: Int32) -> Int32 { listen(socket, 4096) }
#endif
