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
            let descriptor = try Self.connect(port)
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

    private static func connect(_ port: UInt16) throws(SystemError) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket") }
        var limit = timeval(tv_sec: 100, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                systemConnect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            let error = SystemError("connect 127.0.0.1:\(port)")
            close(descriptor)
            throw error
        }
        return descriptor
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

// Inside `HTTPProbe` the name connect is its own: this reaches libc's.
private func systemConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    connect(descriptor, address, length)
}
