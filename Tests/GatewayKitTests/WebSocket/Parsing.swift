import GatewayKit
import TestSupport

func clientFrame(_ opcode: UInt8, _ payload: [UInt8] = [], isFinal: Bool = true) -> [UInt8] {
    WebSocketFrames.clientFrame(opcode, payload, isFinal: isFinal)
}

func clientFrame(_ opcode: UInt8, _ payload: String, isFinal: Bool = true) -> [UInt8] {
    clientFrame(opcode, Array(payload.utf8), isFinal: isFinal)
}

/// What a parser makes of bytes, copied so that it can be compared.
enum Parsed: Equatable {
    case text(String)
    case binary([UInt8])
    case ping([UInt8])
    case pong
    case close(UInt16?, String)
    case violation(Violation)
}

/// Feeds the parts one after the other and tells what came of them, ending at the first violation.
func parse(_ parts: [[UInt8]], maxMessageBytes: Int = 1 << 20) -> [Parsed] {
    parse(parts, MessageRules(maxMessageBytes: maxMessageBytes))
}

/// Feeds the parts to a parser of these rules; compressed ones are allowed if there is something to inflate them with.
func parse(_ parts: [[UInt8]], _ rules: MessageRules, _ deflation: Deflation? = nil) -> [Parsed] {
    var parser = FrameParser(rules)
    if let deflation { parser.allowCompression(deflation) }
    var results: [Parsed] = []
    for part in parts {
        // Memory of exactly this size, so that an address sanitizer sees a read beyond it.
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: part.count, alignment: 1)
        defer { memory.deallocate() }
        memory.copyBytes(from: part)
        var cursor = ByteCursor(memory)
        do throws(Violation) {
            reading: while true {
                switch try parser.next(&cursor) {
                case .needMore: break reading
                case .text(let bytes): results.append(.text(String(decoding: bytes, as: UTF8.self)))
                case .binary(let bytes): results.append(.binary(Array(bytes)))
                case .ping(let bytes): results.append(.ping(Array(bytes)))
                case .pong: results.append(.pong)
                case .close(let code, let reason): results.append(.close(code?.rawValue, reason))
                }
            }
        } catch {
            return results + [.violation(error)]
        }
    }
    return results
}

/// Every way these tests cut an input: whole, byte by byte, and in two at every index.
func cuts(of bytes: [UInt8]) -> [[[UInt8]]] {
    let inTwo = bytes.indices.dropFirst().map { [Array(bytes[..<$0]), Array(bytes[$0...])] }
    return [[bytes], bytes.map { [$0] }] + inTwo
}
