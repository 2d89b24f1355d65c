package import ServerCore

/// How a socket that agreed on permessage-deflate compresses and inflates.
///
/// One object serves all sockets of a loop that keep no context between messages; the others have one each.
package final class Deflation {
    /// Messages below this are sent plain.
    let threshold: Int
    private let contexts: DeflateContexts
    private let deflater: Deflater
    private let keepsContext: Bool
    /// Whether frames compressed for all may go to this socket: its window takes what theirs needs.
    private let takesShared: Bool
    /// The socket's own; nil if each message is inflated by itself.
    private let ownInflater: Inflater?

    init(_ contexts: DeflateContexts, _ agreement: DeflateAgreement, _ deflater: Deflater, inflater: Inflater?) {
        self.contexts = contexts
        self.deflater = deflater
        keepsContext = agreement.serverKeepsContext
        takesShared = agreement.serverWindowBits >= Self.sharedWindowBits(contexts.compression)
        ownInflater = inflater
        threshold = max(1, contexts.compression.threshold)  // an empty message is not compressed
    }

    // MARK: Sending

    /// Lends a message compressed, or nil if that is not smaller; only for one that is sent at once.
    package func withCompressed<Result>(
        _ payload: UnsafeRawBufferPointer,
        _ body: (UnsafeRawBufferPointer?) -> Result
    ) -> Result {
        defer { contexts.clearScratch() }
        let isSmaller = deflater.compress(payload, into: &contexts.scratch, keepsContext: keepsContext)
        return body(isSmaller ? contexts.scratch.bytes : nil)
    }

    /// The bytes that a frame for many has for this socket.
    package func bytes(of frame: EncodedFrame) -> SharedBytes {
        guard takesShared, let compressed = frame.compressed, frame.payload.count >= threshold else {
            return frame.shared
        }
        let bytes = compressed.bytes { compress(frame) }
        // The socket's window gets bytes that its own compressor has not seen.
        if keepsContext, bytes !== frame.shared { deflater.forget() }
        return bytes
    }

    /// The frame in its compressed form, or as it is if that is not smaller.
    private func compress(_ frame: EncodedFrame) -> SharedBytes {
        defer { contexts.clearScratch() }
        let deflater = contexts.deflater(Self.sharedWindowBits(contexts.compression))
        guard deflater.compress(frame.payload, into: &contexts.scratch, keepsContext: false) else {
            return frame.shared
        }
        return frame.bytes(compressed: contexts.scratch.bytes)
    }

    private static func sharedWindowBits(_ compression: Gateway.Compression) -> Int {
        compression.keepsContext ? compression.contextWindowBits : 15
    }

    // MARK: Receiving

    /// What a message is inflated with; to be given back when it is complete.
    func takeInflater() -> Inflater { ownInflater ?? contexts.takeInflater() }

    /// Takes back what a message was inflated with.
    func giveBack(_ inflater: Inflater) {
        if ownInflater == nil { contexts.giveBack(inflater) }
    }

    /// How much memory an inflater costs while a message is under way, beyond what the socket has anyway.
    func leasedBytes(_ inflater: Inflater) -> Int { ownInflater == nil ? inflater.memoryBytes : 0 }
}
