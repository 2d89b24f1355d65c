package import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Unix sockets: a name in the file system by which processes of one machine and one user meet.
package enum LocalSocket {
    /// The longest path that a socket may have, in bytes: the system's structure has room for no more.
    package static let maxPathBytes = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// Connects, and has every read and write that takes longer than `patience` fail.
    ///
    /// - Returns: a blocking descriptor, the caller's to close.
    /// - Throws: when nobody listens there, or the path is too long.
    package static func connect(_ path: String, patience: Duration) throws(SystemError) -> Int32 {
        let descriptor = try make(path)
        var time = (seconds: Int(patience.components.seconds), microseconds: 0)  // struct timeval
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout.size(ofValue: time)))
        }
        do throws(SystemError) {
            try withAddress(path) { (address, length) throws(SystemError) in
                guard retryingInterrupted({ systemConnect(descriptor, address, length) }) == 0 else {
                    throw SystemError("connect to \(path)")
                }
            }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// A bound, listening, non-blocking socket of mode 0600.
    static func listen(_ path: String, backlog: Int32) throws(SystemError) -> Int32 {
        let descriptor = try make(path)
        do throws(SystemError) {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
            fchmod(descriptor, 0o600)  // Linux: what the file is made with
            try withAddress(path) { (address, length) throws(SystemError) in
                guard bind(descriptor, address, length) == 0, chmod(path, 0o600) == 0,
                    systemListen(descriptor, backlog) == 0
                else { throw SystemError("listen at \(path)") }
            }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Whether a user may come in: the one whose process this is, and root.
    package static func admits(user: UInt32?, owner: UInt32 = geteuid()) -> Bool { user == owner || user == 0 }

    /// Whose process is at the other end, as the system knows it: who connected, or who began to listen; nil if it does not
    /// tell.
    package static func user(of descriptor: Int32) -> UInt32? {
        #if os(Linux)
        var peer: (process: Int32, user: UInt32, group: UInt32) = (0, 0, 0)  // struct ucred
        var length = socklen_t(MemoryLayout.size(ofValue: peer))
        return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 ? peer.user : nil
        #else
        var (user, group) = (uid_t(), gid_t())
        return getpeereid(descriptor, &user, &group) == 0 ? user : nil
        #endif
    }

    /// The process at the other end: which connected, or began to listen; nil if the system does not tell.
    package static func process(of descriptor: Int32) -> Int32? {
        #if os(Linux)
        var peer: (process: Int32, user: UInt32, group: UInt32) = (0, 0, 0)  // struct ucred
        var length = socklen_t(MemoryLayout.size(ofValue: peer))
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 else { return nil }
        return peer.process > 0 ? peer.process : nil
        #else
        var process = pid_t()
        var length = socklen_t(MemoryLayout.size(ofValue: process))
        return getsockopt(descriptor, SOL_LOCAL, LOCAL_PEERPID, &process, &length) == 0 ? process : nil
        #endif
    }

    private static func make(_ path: String) throws(SystemError) -> Int32 {
        guard path.utf8.count <= maxPathBytes, !path.utf8.contains(0) else {
            throw SystemError("use \(path) as a socket", code: ENAMETOOLONG)
        }
        let descriptor = socket(AF_UNIX, Socket.streamType, 0)
        guard descriptor >= 0 else { throw SystemError("make a socket for \(path)") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    /// Lends the system's form of a path that fits.
    private static func withAddress(
        _ path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> Void
    ) throws(SystemError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> SystemError? in
                do throws(SystemError) {
                    try body(address, socklen_t(MemoryLayout<sockaddr_un>.size))
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let result { throw result }
    }
}

// The system's functions whose names `LocalSocket` has too.
private func systemListen(_ descriptor: Int32, _ backlog: Int32) -> Int32 { listen(descriptor, backlog) }
private func systemConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    connect(descriptor, address, length)
}
