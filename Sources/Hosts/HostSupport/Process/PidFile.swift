package import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that holds the process's number and a lock for as long as the process lives.
///
/// The lock, not the number, says whether the host runs and which process it is: anybody can write a number, and numbers
/// are given again to strangers after a crash. The lock is one of POSIX's (`fcntl`), whose holder the system names. A
/// process loses it when it closes any descriptor of the file, so the one that holds it must not call `owner(of:)`.
package final class PidFile: Sendable {
    private let descriptor: Int32

    /// Takes the lock and writes the number.
    ///
    /// - Throws: `SystemError` with EAGAIN or EACCES, see `isHeld`, when another process holds it.
    package init(path: String) throws(SystemError) {
        try Files.makeDirectory(Files.parent(of: path))
        descriptor = try Self.open(path, O_RDWR | O_CREAT)
        do throws(SystemError) {
            var lock = Self.lock(F_WRLCK)
            guard fcntl(descriptor, F_SETLK, &lock) == 0 else { throw SystemError("lock \(path)") }
            ftruncate(descriptor, 0)
            try Files.write("\(getpid())\n".utf8, to: descriptor, path: path)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        ftruncate(descriptor, 0)  // the file stays: unlinking it would let two processes lock two files of one name
        close(descriptor)
    }

    /// The process that holds the lock of this file; nil if none does.
    ///
    /// - Throws: `SystemError` if the file is there but may not be read, or the holder cannot be told: it is on another
    ///   machine or in a container of its own.
    package static func owner(of path: String) throws(SystemError) -> Int32? {
        let descriptor: Int32
        do throws(SystemError) {
            descriptor = try open(path, O_RDONLY)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
        defer { close(descriptor) }
        // Asked for one to read, which only the lock of a process that may write stands in the way of.
        var lock = lock(F_RDLCK)
        guard fcntl(descriptor, F_GETLK, &lock) == 0 else { throw SystemError("look at the lock of \(path)") }
        guard lock.l_type != F_UNLCK else { return nil }
        guard lock.l_pid > 0 else {
            throw SystemError("tell which process holds \(path): it is none that can be seen from here", code: ESRCH)
        }
        return lock.l_pid
    }

    /// Sends SIGTERM to the owner, or SIGQUIT for it to finish what it is at, and waits until it has let go.
    ///
    /// - Returns: false if it still runs after `limit`.
    /// - Throws: `SystemError` if the owner cannot be told or may not be signalled.
    package static func stopOwner(
        of path: String,
        finishing: Bool = false,
        within limit: Duration
    ) async throws(SystemError) -> Bool {
        guard let owner = try owner(of: path) else { return true }
        guard kill(owner, finishing ? SIGQUIT : SIGTERM) == 0 || errno == ESRCH else {
            guard errno == EPERM else { throw SystemError("stop process \(owner)") }
            throw SystemError("stop process \(owner), which belongs to another user", code: EPERM)
        }
        return try await hasLetGo(owner, of: path, within: limit)
    }

    /// Waits until a process does not hold the lock of this file any more; false if it still does after `limit`.
    package static func hasLetGo(
        _ owner: Int32,
        of path: String,
        within limit: Duration
    ) async throws(SystemError) -> Bool {
        let deadline = ContinuousClock.now + limit
        while try Self.owner(of: path) == owner {
            guard ContinuousClock.now < deadline else { return false }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    /// Whether an error of `init` says that another process holds the lock.
    package static func isHeld(_ error: SystemError) -> Bool {
        error.isWouldBlock || (error.code == EACCES && error.operation.hasPrefix("lock "))
    }

    /// Opens what is a file by itself: what waits for others, or leads elsewhere, is none that holds a number.
    private static func open(_ path: String, _ flags: Int32) throws(SystemError) -> Int32 {
        let descriptor = systemOpen(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ELOOP || errno == ENXIO else { throw SystemError("open \(path)") }
            throw noFile(path)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw noFile(path)
        }
        return descriptor
    }

    private static func noFile(_ path: String) -> SystemError {
        SystemError("use \(path) as a pid file: it is a link or no regular file; remove it", code: EINVAL)
    }

    private static func lock(_ type: Int32) -> flock {
        var lock = flock()
        lock.l_type = Int16(type)
        lock.l_whence = Int16(SEEK_SET)
        return lock
    }
}

// Inside `PidFile` the name open is its own: this reaches libc's.
private func systemOpen(_ path: String, _ flags: Int32) -> Int32 { open(path, flags, 0o600) }
