package import PlatformCore
import ServerCore

/// A secret that `hawk` makes for itself at its first start and keeps under its data directory.
package enum KeptSecret {
    /// Reads the secret kept in a file, or makes one of 32 random bytes (base64url) and keeps it there, mode 0600.
    package static func read(_ path: String) throws(SystemError) -> String {
        do {
            let kept = String(decoding: try Files.read(path, limit: 4096).prefix { $0 > 0x20 }, as: UTF8.self)
            if kept.utf8.count >= 32 { return kept }
        } catch {
            guard error.isNotFound else { throw error }
        }
        let secret = Base64.encodeURL(Digest.randomBytes(32))
        try Files.makeDirectory(Files.parent(of: path))
        try Files.replace(path, with: "\(secret)\n".utf8)
        return secret
    }
}
