import PlatformCore

#if os(Linux)
import CLinux
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The system's calls on sockets, each with EINTR retried, would-block as a value and errno taken at once.
///
/// Every socket it makes is non-blocking, closed on exec, and never raises SIGPIPE.
enum Socket {
    /// What came of moving bytes.
    enum Transfer {
        case bytes(Int)
        case wouldBlock
        case failed(Int32)
    }

    /// What came of an accept.
    enum Accepted {
        case connection(Int32, SocketAddress)
        case wouldBlock
        /// That one connection is gone already; the next may be well.
        case lost
        case failed(Int32)
    }

    #if canImport(Glibc)
    static let streamType = Int32(SOCK_STREAM.rawValue)
    #else
    static let streamType = SOCK_STREAM
    #endif

    static func make(for address: SocketAddress) throws(SystemError) -> Int32 {
        #if os(Linux)
        let type = streamType | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(SystemAddress.family(address), type, 0)
        guard descriptor >= 0 else { throw SystemError("make a socket for \(address)") }
        #else
        let descriptor = socket(SystemAddress.family(address), streamType, 0)
        guard descriptor >= 0 else { throw SystemError("make a socket for \(address)") }
        prepare(descriptor)
        #endif
        return descriptor
    }

    /// A bound, listening socket; `::` takes IPv4 connections too.
    static func listen(
        _ address: SocketAddress,
        backlog: Int32,
        sharesPort: Bool
    ) throws(SystemError) -> Int32 {
        let descriptor = try make(for: address)
        set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        setNoDelay(descriptor)  // which those that are accepted inherit
        if sharesPort { set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) }
        if case .ipv6 = address.host { set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 0) }
        guard SystemAddress.with(address, { bind(descriptor, $0, $1) }) == 0, systemListen(descriptor, backlog) == 0
        else {
            let error = SystemError("listen on \(address)")
            close(descriptor)
            throw error
        }
        return descriptor
    }

    static func accept(_ listener: Int32) -> Accepted {
        var descriptor: Int32 = -1
        let address = SystemAddress.filled { address, length in
            descriptor = retryingInterrupted {
                #if os(Linux)
                accept4(listener, address, length, Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue))
                #else
                systemAccept(listener, address, length)
                #endif
            }
            return descriptor
        }
        guard descriptor >= 0 else { return acceptFailure(errno) }
        #if !os(Linux)
        prepare(descriptor)
        setNoDelay(descriptor)
        #endif
        return .connection(descriptor, address ?? .anonymous)
    }

    /// Begins a connect; true if it has ended already.
    static func connect(_ descriptor: Int32, _ address: SocketAddress) throws(SystemError) -> Bool {
        if SystemAddress.with(address, { systemConnect(descriptor, $0, $1) }) == 0 { return true }
        // An interrupted connect goes on by itself, as one under way.
        guard errno == EINPROGRESS || errno == EINTR else { throw SystemError("connect to \(address)") }
        return false
    }

    static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        transfer(retryingInterrupted { recv(descriptor, buffer.baseAddress, buffer.count, 0) })
    }

    static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Transfer {
        transfer(retryingInterrupted { systemSend(descriptor, bytes.baseAddress, bytes.count, noSignal) })
    }

    /// Sends several pieces by one call.
    static func send(_ descriptor: Int32, _ pieces: UnsafeMutableBufferPointer<iovec>) -> Transfer {
        var message = msghdr()
        message.msg_iov = pieces.baseAddress
        message.msg_iovlen = .init(pieces.count)
        return transfer(retryingInterrupted { sendmsg(descriptor, &message, noSignal) })
    }

    /// How many bytes surely find room in the system's send buffer, in which they take up to twice their size.
    static func room(_ descriptor: Int32) -> Int {
        #if os(Linux)
        // SO_MEMINFO: numbers of 32 bits, of which the fourth is the buffer's size and the sixth how much is in use.
        var info = [UInt32](repeating: 0, count: 6)
        var length = socklen_t(24)
        guard getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, &info, &length) == 0 else { return 0 }
        return max(0, Int(info[3]) - Int(info[5])) / 2
        #else
        var (size, used): (Int32, Int32) = (0, 0)
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, &length) == 0,
            getsockopt(descriptor, SOL_SOCKET, SO_NWRITE, &used, &length) == 0
        else { return 0 }
        return max(0, Int(size - used)) / 2
        #endif
    }

    /// Ends our direction: the peer sees the end once it has taken everything.
    static func shutdownWriting(_ descriptor: Int32) {
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Closes; with `resets` the peer sees a reset, and what the system had not sent is gone.
    static func close(_ descriptor: Int32, resets: Bool = false) {
        if resets {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
        _ = systemClose(descriptor)  // EINTR closes as well, and calling again might hit another's descriptor
    }

    static func localAddress(_ descriptor: Int32) -> SocketAddress? {
        SystemAddress.filled { getsockname(descriptor, $0, $1) }
    }

    static func peerAddress(_ descriptor: Int32) -> SocketAddress? {
        SystemAddress.filled { getpeername(descriptor, $0, $1) }
    }

    /// Sets up a connected TCP socket that somebody else has made, and tells its peer.
    static func prepareForeign(_ descriptor: Int32) throws(SystemError) -> SocketAddress {
        let attempt = "take over the descriptor \(descriptor)"
        var type: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0 else { throw SystemError(attempt) }
        guard type == streamType else { throw SystemError(attempt, code: EPROTOTYPE) }
        guard let peer = peerAddress(descriptor) else {
            let isLocal = localAddress(descriptor) == nil  // a Unix socket, for example
            throw SystemError(attempt, code: isLocal ? EAFNOSUPPORT : ENOTCONN)
        }
        prepare(descriptor)
        return peer
    }

    /// Says a last word to the peer of a socket that somebody else has made, without waiting, and closes it.
    static func turnAway(_ descriptor: Int32, answer: [UInt8]) {
        prepare(descriptor)
        _ = answer.withUnsafeBytes { send(descriptor, $0) }
        close(descriptor)
    }

    /// The error that a socket holds, and forgets by being asked; 0 if none.
    static func takeError(_ descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }

    static func setNoDelay(_ descriptor: Int32) {
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// Has the system find out whether the peer is still there: an idle one by keepalive, and one that confirms nothing of
    /// what was sent to it by TCP_USER_TIMEOUT (RFC 5482).
    ///
    /// Connections inherit it from the socket that accepts them.
    ///
    /// TCP_USER_TIMEOUT also ends connections whose peer answers and has no room for more, so those that may stall do
    /// without: see `isAnswered`.
    static func watchPeers(_ descriptor: Int32, timeout: Duration, mayStall: Bool = false) {
        let (seconds, attoseconds) = timeout.components
        let whole = Int32(clamping: max(1, seconds + (attoseconds > 0 ? 1 : 0)))
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        // Asked after half of the time, and then four times in the other half.
        #if os(Linux)
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, max(1, whole / 2))
        if !mayStall { set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(clamping: Int64(whole) * 1000)) }
        #else
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPALIVE, max(1, whole / 2))
        set(descriptor, Int32(IPPROTO_TCP), TCP_RXT_CONNDROPTIME, whole)
        #endif
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, max(1, whole / 8))
        set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
    }

    /// Whether the peer's system answers ours while it takes nothing: false once it has left several segments or probes in
    /// a row unanswered.
    static func isAnswered(_ descriptor: Int32) -> Bool {
        #if os(Linux)
        // Of struct tcp_info, bytes 2 and 3: tcpi_retransmits and tcpi_probes, both since the last answer.
        var info: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: info))
        guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0 else { return false }
        return info.2 < 5 && info.3 < 3
        #else
        return true  // TCP_RXT_CONNDROPTIME tells the two apart.
        #endif
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func acceptFailure(_ code: Int32) -> Accepted {
        if code == EAGAIN || code == EWOULDBLOCK { return .wouldBlock }
        // accept(2): errors that the new connection itself had, or that a firewall gave it.
        let lost = [
            ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, EPERM,
        ]
        return lost.contains(code) ? .lost : .failed(code)
    }

    private static func transfer(_ count: Int) -> Transfer {
        if count >= 0 { return .bytes(count) }
        let code = errno
        return code == EAGAIN || code == EWOULDBLOCK ? .wouldBlock : .failed(code)
    }

    #if os(Linux)
    private static let noSignal = Int32(MSG_NOSIGNAL)
    #else
    private static let noSignal: Int32 = 0
    #endif

    private static func prepare(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        #if !os(Linux)
        set(descriptor, SOL_SOCKET, SO_NOSIGPIPE, 1)
        #endif
    }
}

// The system's functions whose names `Socket` has too.
private func systemListen(_ descriptor: Int32, _ backlog: Int32) -> Int32 { listen(descriptor, backlog) }
private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
private func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int, _ flags: Int32) -> Int {
    send(descriptor, bytes, count, flags)
}
private func systemConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    connect(descriptor, address, length)
}
#if !os(Linux)
private func systemAccept(
    _ descriptor: Int32,
    _ address: UnsafeMutablePointer<sockaddr>,
    _ length: UnsafeMutablePointer<socklen_t>
) -> Int32 {
    accept(descriptor, address, length)
}
#endif
