package import PlatformCore

/// What a server shows to its clients: a certificate that can be exchanged while the server runs.
package final class TLSIdentity: Sendable {
    private let files: TLSFiles
    private let current: Lock<TLSContext>

    /// Reads the files.
    ///
    /// - Throws: what is wrong with which file.
    package init(_ files: TLSFiles) throws(SystemError) {
        self.files = files
        current = Lock(try TLSContext(serving: files))
    }

    /// What new connections use.
    var context: TLSContext { current.withLock { $0 } }

    /// Reads the files again, for connections accepted from now on; those that are there keep what they began with.
    ///
    /// - Throws: what is wrong with which file; then everything stays as it was.
    package func reload() throws(SystemError) {
        let context = try TLSContext(serving: files)
        current.withLock { $0 = context }
    }
}
