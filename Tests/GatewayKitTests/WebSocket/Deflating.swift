import GatewayKit
import ServerCore

extension Deflation {
    /// What a socket has that made this offer to a loop of its own.
    static func make(_ compression: Gateway.Compression = .init(), offer: String = "permessage-deflate") -> Deflation {
        make(DeflateContexts(compression), offer: offer)
    }

    /// What a socket of a loop has that made this offer.
    static func make(_ contexts: DeflateContexts, offer: String = "permessage-deflate") -> Deflation {
        guard let offers = ExtensionOffer.offers(in: ["Sec-WebSocket-Extensions": offer]),
            let agreement = DeflateAgreement(offers, contexts.compression)
        else { preconditionFailure("the offer cannot be met") }
        return contexts.deflation(for: agreement)
    }

    /// A copy of a message compressed; nil if it is to go plain.
    func withCompressed(bytes: [UInt8]) -> [UInt8]? {
        bytes.withUnsafeBytes { withCompressed($0) { $0.map { Array($0) } } }
    }
}

/// A message as a client compresses it.
func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var target = GrowingBytes()
    let isSmaller = bytes.withUnsafeBytes {
        Deflater(windowBits: 15, level: 6).compress($0, into: &target, keepsContext: false)
    }
    if isSmaller { return Array(target.bytes) }
    // A stored block, and the beginning of the empty one.
    let count = UInt16(bytes.count)
    return [0, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)] + bytes + [0]
}

/// Bytes that look random, of values up to `alphabet`.
func pseudorandom(_ count: Int, alphabet: UInt8) -> [UInt8] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: (state >> 33) % (UInt64(alphabet) + 1))
    }
}
