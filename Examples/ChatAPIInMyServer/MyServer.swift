import ChatAPIKit
import Foundation

/// In the place of the server that you have: just enough HTTP/1.1 to see what is to be done, one request per connection.
///
/// What matters for the chat: the path is percent-decoded and without the query; the body is whole; a response is bytes or
/// a stream, of which each chunk is sent at once, and which is read no further when its client is gone.
struct MyServer {
    private let listener: Int32

    /// Listens on 127.0.0.1.
    init(port: UInt16) throws {
        #if canImport(Darwin)
        listener = socket(AF_INET, SOCK_STREAM, 0)
        #else
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard bind(listener, pointer, length) == 0, listen(listener, 64) == 0 else {
                    throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
                }
                getsockname(listener, pointer, &length)
            }
        }
        print("http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/")
        fflush(nil)
    }

    /// Serves until the program ends.
    func run(_ respond: @escaping @Sendable (ChatRequest) async -> ChatResponse) async throws {
        signal(SIGPIPE, SIG_IGN)  // a client that goes away while it is written to is ordinary life
        while true {
            let client = await Self.blocking { [listener] in accept(listener, nil, nil) }
            guard client >= 0 else { continue }
            Task {
                if let request = await Self.blocking({ Self.readRequest(client) }) {
                    await Self.write(await respond(request), to: client)
                }
                close(client)
            }
        }
    }

    private static func write(_ response: ChatResponse, to client: Int32) async {
        var head = "HTTP/1.1 \(response.status) \(response.status < 400 ? "OK" : "Refused")\r\nConnection: close\r\n"
        for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
        switch response.body {
        case .bytes(let bytes):
            head += "Content-Length: \(bytes.count)\r\n\r\n"
            let all = Array(head.utf8) + bytes
            _ = await blocking { send(all, to: client) }
        case .stream(let chunks):
            let start = Array("\(head)\r\n".utf8)
            guard await blocking({ send(start, to: client) }) else { return }
            for await chunk in chunks {
                guard await blocking({ send(chunk, to: client) }) else { return }
            }
        }
    }

    /// Reads head and body; nil if that is no request, or longer than 1 MiB.
    private static func readRequest(_ client: Int32) -> ChatRequest? {
        var data = Data()
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        func more() -> Bool {
            let count = read(client, &chunk, chunk.count)
            if count > 0 { data.append(contentsOf: chunk[..<count]) }
            return count > 0 && data.count <= 1 << 20
        }
        var end = data.firstRange(of: Data("\r\n\r\n".utf8))
        while end == nil {
            guard more() else { return nil }
            end = data.firstRange(of: Data("\r\n\r\n".utf8))
        }
        guard let end else { return nil }
        let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].components(separatedBy: " ")
        guard words.count == 3 else { return nil }
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (name: String(parts[0]), value: (parts.last ?? "").trimmingCharacters(in: .whitespaces))
        }
        let length = headers.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        while data.count - end.upperBound < length {
            guard more() else { return nil }
        }
        let target = words[1].split(separator: "?", maxSplits: 1).map(String.init)
        return ChatRequest(
            method: words[0],
            path: target[0].removingPercentEncoding ?? "",
            query: target.count > 1 ? target[1] : "",
            headers: headers,
            body: Array(data[end.upperBound...].prefix(length)),
            peerAddress: "127.0.0.1"
        )
    }

    private static func send(_ bytes: [UInt8], to client: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(client, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Does what blocks on a thread that may: Swift's own threads must not.
    private static func blocking<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: work()) }
        }
    }
}
