import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A plain HTTP client for tests: one connection per request, raw bytes where a test wants them.
public struct HTTPProbe: Sendable {
    /// What came back.
    public struct Answer: Sendable {
        /// The status code.
        public let status: Int
        /// Names in lower case.
        public let headers: [String: String]
        /// The body, with chunks joined.
        public let body: [UInt8]
        /// The body as text.
        public var text: String { String(decoding: body, as: UTF8.self) }
    }

    private static let threads = ThreadPool(name: "probe", threads: 8)
    private let port: UInt16

    /// Talks to 127.0.0.1.
    public init(port: UInt16) {
        self.port = port
    }

    /// Sends one request and reads the whole answer.
    public func request(
        _ method: String,
        _ target: String,
        headers: [(String, String)] = [],
        body: String? = nil
    ) async throws -> Answer {
        var text = "\(method) \(target) HTTP/1.1\r\nConnection: close\r\n"
        if !headers.contains(where: { $0.0.lowercased() == "host" }) { text += "Host: 127.0.0.1:\(port)\r\n" }
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Length: \(body.utf8.count)\r\n" }
        return try Self.parse(await raw(Array("\(text)\r\n\(body ?? "")".utf8)))
    }

    /// Sends bytes as they are and reads until the peer closes (or `until` says it is enough), at most 100 seconds.
    public func raw(
        _ bytes: [UInt8],
        until isEnough: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
    ) async throws -> [UInt8] {
        let port = port
        return try await Self.threads.run {
            let descriptor = try LoopbackSocket.connect(to: port, limit: 100)
            defer { close(descriptor) }
            try Files.write(bytes, to: descriptor, path: "127.0.0.1:\(port)")
            var answer: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 64 << 10)
            while !isEnough(answer) {
                let count = retryingInterrupted { recv(descriptor, &chunk, chunk.count, 0) }
                guard count >= 0 else { throw SystemError("receive from 127.0.0.1:\(port)") }
                if count == 0 { break }
                answer += chunk[..<count]
            }
            return answer
        }
    }

    private static func parse(_ bytes: [UInt8]) throws -> Answer {
        let separator = Array("\r\n\r\n".utf8)
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: separator) }) else {
            throw DeadlineExceeded(description: "no answer but \"\(String(decoding: bytes, as: UTF8.self))\"")
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
        }
        let body = Array(bytes[(end + 4)...])
        return Answer(
            status: lines.first.flatMap { Int($0.split(separator: " ")[1]) } ?? 0,
            headers: headers,
            body: headers["transfer-encoding"] == "chunked" ? joined(body) : body
        )
    }

    private static func joined(_ chunks: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var rest = chunks[...]
        while let lineEnd = rest.firstIndex(of: UInt8(ascii: "\r")) {
            let size = Int(String(decoding: rest[..<lineEnd], as: UTF8.self), radix: 16) ?? 0
            if size == 0 { break }
            output += rest[(lineEnd + 2)...].prefix(size)
            rest = rest.dropFirst(lineEnd - rest.startIndex + 2 + size + 2)
        }
        return output
    }
}
