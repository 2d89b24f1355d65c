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

    /// Binds the socket, in place of one that a dead host left there.
    ///
    /// The caller holds the pid file's lock, so whatever socket is there is nobody's.
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
        return HostPart("control") { [path] in
            defer { unlink(path) }
            try await server.run()
        }
    }

    private var tooLong: SystemError {
        SystemError(
            "use \(path) as a socket, whose path may have \(LocalSocket.maxPathBytes) bytes: give a shorter --pid-file or "
                + "--data, which may be relative",
            code: ENAMETOOLONG
        )
    }
}
