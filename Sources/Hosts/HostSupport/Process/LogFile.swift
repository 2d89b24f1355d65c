import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that takes what the process writes to stdout and stderr; opened anew when it was moved away.
struct LogFile: Sendable {
    let path: String

    /// How many bytes are in it.
    var size: Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// What was written from a place on, the last 4,000 bytes of it.
    func text(from start: Int) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        fseek(file, max(start, size - 4000), SEEK_SET)
        var bytes = [UInt8](repeating: 0, count: 4000)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// Opens the file (made with mode 0600, appended to) in place of stdout and stderr.
    ///
    /// Called again it opens whatever is at the path then: that is how log files are rotated.
    func open() throws(SystemError) {
        try Files.makeDirectory(Files.parent(of: path))
        #if canImport(Darwin)
        let descriptor = Darwin.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        #elseif canImport(Glibc)
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        #else
        let descriptor = Musl.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        #endif
        guard descriptor >= 0 else { throw SystemError("open the log file \(path)") }
        defer { close(descriptor) }
        for standard in [STDOUT_FILENO, STDERR_FILENO] {
            guard dup2(descriptor, standard) >= 0 else { throw SystemError("write to the log file \(path)") }
        }
    }
}
