import FoundationEssentials
import PlatformCore
import ServerCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Asks a host of this machine through its control socket; blocks, some seconds at most where the host does not answer.
package struct ControlClient: Sendable {
    /// The host answered something else than what was asked for.
    package struct Refused: Error, CustomStringConvertible {
        package let description: String
    }

    private static let patience: Duration = .seconds(10)
    /// More than the longest list of connections has.
    private static let maxAnswerBytes = 64 << 20

    let path: String

    package init(path: String) {
        self.path = path
    }

    /// The host's status.
    package func status() throws -> HostStatus {
        try decode(HostStatus.self, ask("GET", "/status"))
    }

    /// What an answer says.
    func decode<Value: Decodable>(_ type: Value.Type, _ answer: [UInt8]) throws(Refused) -> Value {
        do {
            return try Self.decoder.decode(type, from: Data(answer))
        } catch {
            throw Refused(
                description: "what serves \(path) says something else than this version of Hawk: restart the host"
            )
        }
    }

    /// Sends a request, and returns the body of its answer.
    package func ask(_ method: String, _ target: String, body: [UInt8] = []) throws -> [UInt8] {
        let descriptor = try LocalSocket.connect(path, patience: Self.patience)
        defer { close(descriptor) }
        // Root may ask everybody.
        guard geteuid() == 0 || LocalSocket.admits(user: LocalSocket.user(of: descriptor)) else {
            throw Refused(description: "\(path) is served by a process of another user")
        }
        let head = "\(method) \(target) HTTP/1.0\r\nContent-Length: \(body.count)\r\n\r\n"
        try Files.write(Array(head.utf8) + body, to: descriptor, path: path)
        let answer = try read(descriptor)
        guard let end = Self.endOfHead(answer) else { throw Refused(description: "\(path) does not speak HTTP") }
        let status = String(decoding: answer.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        let content = Array(answer[end...])
        guard status.split(separator: " ").dropFirst().first == "200" else {
            throw Refused(description: "\(status): \(String(decoding: content.prefix(300), as: UTF8.self))")
        }
        return content
    }

    private func read(_ descriptor: Int32) throws(SystemError) -> [UInt8] {
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let count = chunk.withUnsafeMutableBytes { buffer in
                retryingInterrupted { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
            }
            guard count >= 0 else { throw SystemError("read from \(path)") }
            if count == 0 { return answer }
            answer += chunk[..<count]
            guard answer.count <= Self.maxAnswerBytes else { throw SystemError("read from \(path)", code: EFBIG) }
            guard ContinuousClock.now < deadline else { throw SystemError("read from \(path)", code: ETIMEDOUT) }
        }
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard bytes.count >= mark.count else { return nil }
        return (0...bytes.count - mark.count).first { bytes[$0..<$0 + mark.count].elementsEqual(mark) }
            .map { $0 + mark.count }
    }

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
