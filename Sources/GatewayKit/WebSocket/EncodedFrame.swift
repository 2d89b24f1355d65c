package import ServerCore

/// A message as the bytes of its frame: encoded once, shared by everyone who receives it, on whatever loop.
package struct EncodedFrame: Sendable {
    /// Header and payload; unmasked, as RFC 6455 5.1 wants of a server.
    package let shared: SharedBytes

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
    package init(raw bytes: UnsafeRawBufferPointer) { shared = SharedBytes(bytes) }

    private init(_ opcode: Opcode, _ payload: UnsafeRawBufferPointer) {
        let header = FrameEncoder.header(opcode, payloadBytes: payload.count)
        shared = SharedBytes(count: header.count + payload.count) { target in
            header.withUnsafeBytes { target.copyMemory(from: $0) }
            UnsafeMutableRawBufferPointer(rebasing: target[header.count...]).copyMemory(from: payload)
        }
    }

    /// How many bytes the frame has.
    package var count: Int { shared.bytes.count }

    /// A copy of the bytes.
    package var bytes: [UInt8] { Array(shared.bytes) }
}
