import PlatformCore
import ServerCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where commands ask a host that runs: HTTP on a Unix socket beside its pid file, for the same user and root.
package struct ControlSocket: Sendable {
    /// Its path: the pid file's, with `.sock` in place of `.pid`.
    package let path: String

    package init(pidFile: String) {
        path = (pidFile.hasSuffix(".pid") ? String(pidFile.dropLast(4)) : pidFile) + ".sock"
    }

    /// Makes sure that no other process serves the socket: one whose pid file was removed goes on holding its lock unseen.
    ///
    /// - Throws: which process does, and the way out.
    func mustBeFree() throws(SystemError) {
        let descriptor: Int32
        do throws(SystemError) {
            descriptor = try LocalSocket.connect(path, patience: .seconds(2))
        } catch {
            switch error.code {
            // Nobody listens, or `part` says what is wrong.
            case ECONNREFUSED, ENOENT, ENOTSOCK, ENAMETOOLONG: return
            case EAGAIN: throw taken(by: nil)
            default: throw error
            }
        }
        defer { close(descriptor) }
        throw taken(by: LocalSocket.process(of: descriptor))
    }

    private func taken(by process: Int32?) -> SystemError {
        SystemError(
            process.map {
                "use \(path), which process \($0) serves, whose pid file was removed: end that one first (kill \($0))"
            } ?? "use \(path), which another process serves, whose pid file was removed: end that one first",
            code: EADDRINUSE
        )
    }

    /// Binds the socket, in place of one that a dead host left there.
    ///
    /// The caller holds the pid file's lock and has made sure that the socket is free.
    /// - Returns: the part that answers; at its end the socket's file is removed.
    /// - Throws: why commands cannot ask this host, and the way out.
    func part(
        log: @escaping @Sendable (LogLine) -> Void,
        respond: @escaping HTTPServer.Responder
    ) throws(SystemError) -> HostPart {
        guard path.utf8.count <= LocalSocket.maxPathBytes else { throw tooLong }
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
        var configuration = HTTPServer.Configuration(listen: "unix:\(path)")
        configuration.maxConnections = 16
        configuration.idleTimeout = .seconds(10)
        configuration.bodyTimeout = .seconds(10)
        configuration.drainTimeout = .seconds(1)
        configuration.events = { event in
            switch event {
            case .acceptTrouble, .strangerTurnedAway: log(event.line)
            default: break
            }
        }
        let server = HTTPServer(configuration, respond: respond)
        try server.bind()
        let bound = inode
        return HostPart("control") { [self] in
            defer { if bound != nil, inode == bound { unlink(path) } }
            try await server.run()
        }
    }

    /// Which file is at the path now.
    private var inode: UInt64? {
        var status = stat()
        return lstat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    private var tooLong: SystemError {
        SystemError(
            "use \(path) as a socket, whose path may have \(LocalSocket.maxPathBytes) bytes: give a shorter --pid-file or "
                + "--data, which may be relative",
            code: ENAMETOOLONG
        )
    }
}
