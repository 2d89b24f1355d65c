import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Files {
    /// Makes an empty file.
    static func replaceUnsynced(_ path: String) throws {
        let descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("create \(path)") }
        close(descriptor)
    }

    /// Moves a file or a directory.
    static func move(_ source: String, to destination: String) throws {
        guard rename(source, destination) == 0 else { throw SystemError("rename \(source)") }
    }

    /// Removes a file or a link.
    static func removeFile(_ path: String) throws {
        guard unlink(path) == 0 else { throw SystemError("unlink \(path)") }
    }
}
