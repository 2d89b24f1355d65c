import GatewayKit
import ServerCore

extension FuzzTarget {
    /// Frames that may be compressed: the same messages wherever they are cut, and none larger than allowed.
    static let inflate = FuzzTarget(name: "inflate") { input in
        // Contexts are large and slow to make: the input's length chooses among four ways.
        let offer = input.count % 2 == 0 ? "permessage-deflate" : "permessage-deflate; client_max_window_bits"
        let limit = input.count / 2 % 2 == 0 ? 1 << 16 : 40
        let rules = MessageRules(maxMessageBytes: limit)
        let whole = readFrames([input[...]], rules, deflation(offer))
        let inParts = readFrames(parts(of: input), rules, deflation(offer))
        promise(whole == inParts, "read at once:\n\(whole)\nin parts:\n\(inParts)")
        for case .message(let opcode, let payload) in whole {
            promise(payload.count <= limit, "a message of \(payload.count) bytes")
            promise(opcode == .binary || String(validating: payload, as: UTF8.self) != nil, "text beyond UTF-8")
        }
    }

    /// What is compressed is inflated to the same, with and without the messages before it in the window.
    static let deflate = FuzzTarget(name: "deflate") { input in
        let keepsContext = input.count % 2 == 0
        let bits = [8, 12, 15][input.count / 2 % 3]
        let deflater = Deflater(windowBits: bits, level: keepsContext ? 6 : 1)
        let inflater = Inflater(windowBits: bits)
        for message in parts(of: input) {
            guard let compressed = compress(message, deflater, keepsContext: keepsContext) else { continue }
            promise(compressed.count < message.count, "it does not shrink")
            promise(inflate(compressed, inflater) == Array(message), "another message comes out")
            if !keepsContext { inflater.reset() }
        }
    }

    private static func deflation(_ offer: String) -> Deflation {
        let contexts = DeflateContexts(.init(keepsContext: true))
        guard let offers = ExtensionOffer.offers(in: ["Sec-WebSocket-Extensions": offer]),
            let agreement = DeflateAgreement(offers, contexts.compression)
        else { fatalError("the offer \(offer) cannot be met") }
        return contexts.deflation(for: agreement)
    }

    private static func compress(_ message: ArraySlice<UInt8>, _ deflater: Deflater, keepsContext: Bool) -> [UInt8]? {
        var target = GrowingBytes()
        let isSmaller = withExactCopy(of: message) {
            deflater.compress(UnsafeRawBufferPointer($0), into: &target, keepsContext: keepsContext)
        }
        return isSmaller ? Array(target.bytes) : nil
    }

    private static func inflate(_ compressed: [UInt8], _ inflater: Inflater) -> [UInt8]? {
        var target = GrowingBytes()
        do throws(Violation) {
            for part in parts(of: compressed) {
                let violation = part.withUnsafeBytes { part -> Violation? in
                    do throws(Violation) {
                        try inflater.inflate(part, into: &target, limit: 1 << 16)
                        return nil
                    } catch {
                        return error
                    }
                }
                if violation != nil { return nil }
            }
            try inflater.finish(into: &target, limit: 1 << 16)
            return Array(target.bytes)
        } catch {
            return nil
        }
    }
}
