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
/// The lock, not the number, says whether the host runs: numbers are given again to strangers after a crash, locks are
/// not.
package final class PidFile: Sendable {
    private let descriptor: Int32

    /// Takes the lock and writes the number.
    ///
    /// - Throws: `SystemError` with EWOULDBLOCK when another process holds it.
    package init(path: String) throws(SystemError) {
        descriptor = try Self.lock(path)
    }

    deinit {
        ftruncate(descriptor, 0)  // the file stays: unlinking it would let two processes lock two files of one name
        close(descriptor)
    }

    /// The process that holds the lock of this file; nil if none does.
    ///
    /// - Throws: `SystemError` if the file is there but may not be read.
    package static func owner(of path: String) throws(SystemError) -> Int32? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let error = SystemError("open \(path)")
            if error.isNotFound { return nil }
            throw error
        }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, let bytes = try? Files.read(path, limit: 32) else {
            return nil
        }
        return Int32(String(decoding: bytes.filter { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    /// Sends SIGTERM to the owner, or SIGQUIT for it to finish what it is at, and waits until it has let go.
    ///
    /// - Returns: false if it still runs after `limit`.
    package static func stopOwner(
        of path: String,
        finishing: Bool = false,
        within limit: Duration
    ) async throws(SystemError) -> Bool {
        guard let owner = try owner(of: path) else { return true }
        kill(owner, finishing ? SIGQUIT : SIGTERM)
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

    /// Tries for a moment: who only looks whether the host runs holds the lock too, for some microseconds.
    private static func lock(_ descriptor: Int32, _ path: String) throws(SystemError) {
        for _ in 0..<5 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            usleep(10_000)
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw SystemError("lock \(path)") }
    }

    private static func lock(_ path: String) throws(SystemError) -> Int32 {
        try Files.makeDirectory(Files.parent(of: path))
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
        do throws(SystemError) {
            try lock(descriptor, path)
            ftruncate(descriptor, 0)
            try Files.write("\(getpid())\n".utf8, to: descriptor, path: path)
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }
}
