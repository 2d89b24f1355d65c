package import PlatformCore
import ServerCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A secret that `hawk` makes for itself at its first start and keeps under its data directory.
package enum KeptSecret {
    /// Reads the secret kept in a file, or makes one of 32 random bytes (base64url) and keeps it there, mode 0600.
    ///
    /// Two processes that make it at once both get the one that was kept first.
    /// - Throws: `SystemError` if the file cannot be read or written, or holds fewer than 32 bytes.
    package static func read(_ path: String) throws(SystemError) -> String {
        do {
            return try kept(path)
        } catch {
            guard error.isNotFound else { throw error }
        }
        try Files.makeDirectory(Files.parent(of: path))
        try Files.create(path, with: "\(Base64.encodeURL(Digest.randomBytes(32)))\n".utf8)
        return try kept(path)
    }

    private static func kept(_ path: String) throws(SystemError) -> String {
        let kept = String(decoding: try Files.read(path, limit: 4096).prefix { $0 > 0x20 }, as: UTF8.self)
        guard kept.utf8.count >= 32 else {
            throw SystemError(
                "use the secret in \(path): \(kept.utf8.count) bytes are too few; remove it to have one made",
                code: EINVAL
            )
        }
        return kept
    }
}
