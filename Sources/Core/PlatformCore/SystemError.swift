#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A failed call of the system: which one, on what, and the error number with its text.
package struct SystemError: Error, CustomStringConvertible, Sendable {
    /// The call and what it was about: `open data/hawk.sqlite`, `bind 127.0.0.1:8282`.
    package let operation: String
    /// The value of errno.
    package let code: Int32

    package init(_ operation: String, code: Int32 = errno) {
        self.code = code
        self.operation = operation
    }

    package var description: String { "\(operation): \(Self.text(of: code))" }

    /// The system's text for an error number.
    package static func text(of code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// Calls `body` again while it fails with EINTR.
@discardableResult
package func retryingInterrupted<Number: FixedWidthInteger>(_ body: () -> Number) -> Number {
    while true {
        let result = body()
        if result != -1 || errno != EINTR { return result }
    }
}

extension SystemError {
    /// Whether what was asked for is not there.
    package var isNotFound: Bool { code == ENOENT }

    /// Whether nobody reads any more what was written.
    package var isClosedPipe: Bool { code == EPIPE }

    /// Whether it would have had to wait: for a lock, for room in a buffer.
    package var isWouldBlock: Bool { code == EWOULDBLOCK || code == EAGAIN }
}
