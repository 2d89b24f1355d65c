import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that processes append whole lines to; each append is one call of the system, which a kill does not cut in two.
final class LineFile: Sendable {
    private let descriptor: Int32
    private let path: String

    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
    }

    deinit { close(descriptor) }

    /// Appends lines with one call; once more if the disk was full at that moment.
    func append(_ lines: [String]) throws {
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        for _ in 0..<2 where write(descriptor, bytes, bytes.count) == bytes.count { return }
        throw SystemError("write \(path)")
    }

    /// The words of all lines; none where there is no file.
    static func read(_ path: String) throws -> [[String]] {
        guard access(path, F_OK) == 0 else { return [] }
        let bytes = try Files.read(path, limit: 1 << 30)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
            line.split(separator: " ").map(String.init)
        }
    }
}
