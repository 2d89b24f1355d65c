/// What one loop has for permessage-deflate: compressors and inflaters that its sockets use in turn.
///
/// All of it is made when first needed.
package final class DeflateContexts {
    /// Inflaters that are kept while nobody uses them; one is used unless messages come in parts.
    private static let spareLimit = 4
    /// Memory for compressed messages that is kept.
    private static let scratchLimit = 256 << 10

    package let compression: Gateway.Compression
    /// Where messages are compressed to, one after the other.
    var scratch = GrowingBytes()
    private var deflaters: [Int: Deflater] = [:]
    private var shared: [Int: Deflation] = [:]
    private var spares: [Inflater] = []

    package init(_ compression: Gateway.Compression) { self.compression = compression }

    /// What a socket compresses and inflates with; the same object for all that keep no context.
    package func deflation(for agreement: DeflateAgreement) -> Deflation {
        let bits = agreement.serverWindowBits
        if agreement.serverKeepsContext || agreement.clientKeepsContext {
            let own =
                agreement.serverKeepsContext ? Deflater(windowBits: bits, level: compression.level) : deflater(bits)
            return Deflation(
                self,
                agreement,
                own,
                inflater: agreement.clientKeepsContext ? Inflater(windowBits: agreement.clientWindowBits) : nil
            )
        }
        if let deflation = shared[bits] { return deflation }
        let deflation = Deflation(self, agreement, deflater(bits), inflater: nil)
        shared[bits] = deflation
        return deflation
    }

    /// The loop's compressor for a window: it keeps no context.
    func deflater(_ windowBits: Int) -> Deflater {
        let bits = max(9, windowBits)
        if let deflater = deflaters[bits] { return deflater }
        let deflater = Deflater(windowBits: bits, level: compression.level)
        deflaters[bits] = deflater
        return deflater
    }

    /// An inflater for one message; to be given back.
    func takeInflater() -> Inflater { spares.popLast() ?? Inflater(windowBits: 15) }

    /// Takes an inflater back.
    func giveBack(_ inflater: Inflater) {
        guard spares.count < Self.spareLimit else { return }
        inflater.reset()
        spares.append(inflater)
    }

    /// Forgets what was compressed last.
    func clearScratch() { scratch.clear(keeping: Self.scratchLimit) }
}
