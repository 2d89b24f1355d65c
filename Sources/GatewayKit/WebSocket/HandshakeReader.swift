package import ServerCore

/// Reads the opening handshake from bytes that come in any pieces.
package struct HandshakeReader {
    /// What the bytes so far amount to.
    package enum Step {
        case needMore
        /// A request for a socket that keeps to the protocol.
        case request(RequestHead)
        case refused(Handshake.Refusal)
    }

    private var parser: RequestParser

    /// - Parameter maxBytes: The largest head of a request; a larger one is refused with 431.
    package init(maxBytes: Int = 16 << 10) {
        parser = RequestParser(limits: .init(head: maxBytes, body: 0))
    }

    /// Reads on; what follows the handshake is left in `input`.
    package mutating func read(_ input: inout ByteCursor, allowedOrigins: [String]?) -> Step {
        do throws(RequestViolation) {
            let step = try parser.next(UnsafeRawBufferPointer(input.rest))
            _ = input.take(step.consumed)
            guard case .head(let head) = step.event else { return .needMore }
            return Handshake.refusal(of: head, allowedOrigins: allowedOrigins).map { .refused($0) } ?? .request(head)
        } catch {
            return .refused(Handshake.Refusal(status: error.status, reason: error.reason))
        }
    }
}
