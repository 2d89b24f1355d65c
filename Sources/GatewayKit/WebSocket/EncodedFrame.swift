/// A message as the bytes of its frame: encoded once, shared by everyone who receives it.
package struct EncodedFrame: Sendable {
    /// Header and payload; unmasked, as RFC 6455 5.1 wants of a server.
    package let bytes: [UInt8]

    /// Frames a message.
    package init(_ message: Message) {
        switch message {
        case .text(var text):
            bytes = text.withUTF8 { FrameEncoder.frame(.text, UnsafeRawBufferPointer($0)) }
        case .binary(let payload):
            bytes = payload.withUnsafeBytes { FrameEncoder.frame(.binary, $0) }
        }
    }

    /// Frames a text whose bytes are sent as they are, as GatewayWorker does: they are not checked to be UTF-8.
    package init(text payload: [UInt8]) {
        bytes = payload.withUnsafeBytes { FrameEncoder.frame(.text, $0) }
    }

    /// Takes bytes that are finished frames already.
    package init(raw bytes: [UInt8]) { self.bytes = bytes }
}
