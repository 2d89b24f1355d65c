import GatewayKit

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The server that load generators drive: echoes, and obeys a few control messages.
///
/// - `!bcast M S`, `!bcastq M S`: sends M messages of S bytes to every connection, each beginning with its number in 8
///   hex digits; both are the same here, since what is sent in one turn leaves together.
/// - `!bcastt M S`: the same from another thread, message by message.
/// - `!bind U`: binds this connection to the uid U and answers `!ok`.
/// - `!to U PAYLOAD`: sends PAYLOAD to the uid U.
/// - All else is echoed. With `--async` there is only the echo, by an asynchronous function; with `--greet` there is only
///   the message with which a gateway greets.
final class Bench: GatewayHandler {
    private let push: LocalGatewayClient

    init(_ push: LocalGatewayClient) { self.push = push }

    func text(_ text: UTF8Span, from client: Client) {
        guard !text.span.withUnsafeBytes({ $0.first == UInt8(ascii: "!") }) else { return obey(text, from: client) }
        client.send(text)
    }

    func binary(_ bytes: RawSpan, from client: Client) { client.send(bytes) }

    private func obey(_ text: UTF8Span, from client: Client) {
        let words = String(copying: text).split(separator: " ", maxSplits: 2)
        switch (words[0], words.count) {
        case ("!bcast", 3), ("!bcastq", 3):
            Bench.broadcast(words, push)
        case ("!bcastt", 3):
            Task.detached { [push] in Bench.broadcast(words, push) }
        case ("!bind", 2):
            client.bind(uid: String(words[1]))
            client.send("!ok")
        case ("!to", 3):
            try? push.post(.text(String(words[2])), to: .uid(String(words[1])))
        default:
            client.send(text)
        }
    }

    private static func broadcast(_ words: [Substring], _ push: LocalGatewayClient) {
        let bytes = Int(words[2]) ?? 0
        for number in 0..<(Int(words[1]) ?? 0) {
            let digits = String(number, radix: 16)
            let head = String(repeating: "0", count: 8 - digits.count) + digits
            try? push.post(.text(head + String(repeating: "x", count: max(0, bytes - 8))), to: .all)
        }
    }
}

/// The number behind a flag, or a default.
func number(_ flag: String, _ standard: Int) -> Int {
    guard let index = CommandLine.arguments.firstIndex(of: flag) else { return standard }
    guard let value = CommandLine.arguments[(index + 1)...].first.flatMap({ Int($0) }) else {
        end("use: bench-server --port N [--loops K] [--async | --greet]", code: 2)
    }
    return value
}

/// Says why on standard error, and ends the program.
func end(_ why: String, code: Int32) -> Never {
    let bytes = Array("\(why)\n".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
    exit(code)
}

var limits = Gateway.Limits(maxMessageBytes: 16 << 20, maxBacklogBytes: 64 << 20)
limits.maxMessagesPerSecond = nil
let configuration = Gateway.Configuration(
    listen: "127.0.0.1:\(number("--port", 9001))",
    loops: number("--loops", 1),
    limits: limits
)
let gateway =
    if CommandLine.arguments.contains("--async") {
        Gateway(async: configuration) { connection in
            for await message in connection { connection.client.send(message) }
        }
    } else if CommandLine.arguments.contains("--greet") {
        Gateway(configuration)
    } else {
        Gateway(configuration) { context in Bench(context.client) }
    }
do {
    try await gateway.run()
} catch {
    end("bench-server: \(error)", code: 1)
}
