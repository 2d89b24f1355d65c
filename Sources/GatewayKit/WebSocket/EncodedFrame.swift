package import ServerCore
import Synchronization

/// A message as the bytes of its frame: encoded once, shared by everyone who receives it, on whatever loop.
///
/// For those who agreed on permessage-deflate it is compressed once too, by the first loop that needs it.
package struct EncodedFrame: Sendable {
    /// Payloads below this are never compressed, so that small pushes carry nothing for it.
    private static let leastCompressed = 64

    /// The compressed frame, once somebody has made it.
    final class Compressed: Sendable {
        private let bytes = AtomicLazyReference<SharedBytes>()

        /// The bytes, made by `make` unless they are there; two loops may make them at once, and one wins.
        func bytes(orMake make: () -> SharedBytes) -> SharedBytes { bytes.load() ?? bytes.storeIfNil(make()) }
    }

    /// Header and payload; unmasked, as RFC 6455 5.1 wants of a server.
    package let shared: SharedBytes
    /// Nil for what is not compressed: small messages, and bytes that are not one whole message.
    let compressed: Compressed?

    /// Frames a message.
    package init(_ message: Message) {
        switch message {
        case .text(var text): self = text.withUTF8 { EncodedFrame(.text, UnsafeRawBufferPointer($0)) }
        case .binary(let payload): self = payload.withUnsafeBytes { EncodedFrame(.binary, $0) }
        }
    }

    /// Frames a text whose bytes are sent as they are, as GatewayWorker does: they are not checked to be UTF-8.
    package init(text payload: UnsafeRawBufferPointer) { self.init(.text, payload) }

    /// Copies bytes that are finished frames already.
    package init(raw bytes: UnsafeRawBufferPointer) {
        shared = SharedBytes(bytes)
        compressed = bytes.count >= Self.leastCompressed && Self.isMessage(bytes) ? Compressed() : nil
    }

    private init(_ opcode: Opcode, _ payload: UnsafeRawBufferPointer) {
        shared = Self.bytes(FrameEncoder.header(opcode, payloadBytes: payload.count), payload)
        compressed = payload.count >= Self.leastCompressed ? Compressed() : nil
    }

    /// How many bytes the frame has.
    package var count: Int { shared.bytes.count }

    /// A copy of the bytes.
    package var bytes: [UInt8] { Array(shared.bytes) }

    /// The message, where there is one.
    var payload: UnsafeRawBufferPointer {
        let bytes = shared.bytes
        return UnsafeRawBufferPointer(rebasing: bytes[(bytes[1] == 127 ? 10 : bytes[1] == 126 ? 4 : 2)...])
    }

    /// The frame with its message in a compressed form (RFC 7692 7.2.1).
    func bytes(compressed payload: UnsafeRawBufferPointer) -> SharedBytes {
        let opcode: Opcode = shared.bytes[0] & 0x0F == Opcode.text.rawValue ? .text : .binary
        return Self.bytes(FrameEncoder.header(opcode, payloadBytes: payload.count, isCompressed: true), payload)
    }

    /// Whether bytes are exactly one whole message, plain, in the shortest form.
    private static func isMessage(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 2, bytes[0] == 0x81 || bytes[0] == 0x82 else { return false }
        let header = FrameEncoder.header(
            .text,
            payloadBytes: bytes.count - (bytes[1] < 126 ? 2 : bytes[1] == 126 ? 4 : 10)
        )
        return header.withUnsafeBytes { $0.count <= bytes.count && $0.dropFirst().elementsEqual(bytes[1..<$0.count]) }
    }

    private static func bytes(_ header: ByteWord, _ payload: UnsafeRawBufferPointer) -> SharedBytes {
        SharedBytes(count: header.count + payload.count) { target in
            header.withUnsafeBytes { target.copyMemory(from: $0) }
            UnsafeMutableRawBufferPointer(rebasing: target[header.count...]).copyMemory(from: payload)
        }
    }
}
