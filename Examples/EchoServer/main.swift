import GatewayKit

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Sends back whatever comes: what the conformance suite and load generators talk to.
final class Echo: GatewayHandler {
    func text(_ text: UTF8Span, from client: Client) { client.send(text) }
    func binary(_ bytes: RawSpan, from client: Client) { client.send(bytes) }
}

/// What the command line says: `echo-server --port N [--loops K] [--tls CERT KEY]`.
struct Options {
    var port = 9001
    var loops = 1
    var tls: TLS?

    init(_ arguments: [String]) {
        var rest = arguments.dropFirst()
        while let flag = rest.popFirst() {
            guard let value = rest.popFirst() else { Self.stop() }
            switch (flag, Int(value)) {
            case ("--port", let number?): port = number
            case ("--loops", let number?): loops = number
            case ("--tls", _):
                guard let key = rest.popFirst() else { Self.stop() }
                tls = TLS(certificate: value, key: key)
            default: Self.stop()
            }
        }
    }

    static func stop() -> Never {
        end("use: echo-server --port N [--loops K] [--tls CERT KEY]", code: 2)
    }
}

/// Says why on standard error, and ends the program.
func end(_ why: String, code: Int32) -> Never {
    let bytes = Array("\(why)\n".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
    exit(code)
}

let options = Options(CommandLine.arguments)
var limits = Gateway.Limits(maxMessageBytes: 16 << 20, maxBacklogBytes: 64 << 20)
limits.maxFragments = .max
limits.maxMessagesPerSecond = nil
let configuration = Gateway.Configuration(
    listen: "127.0.0.1:\(options.port)",
    tls: options.tls,
    loops: options.loops,
    compression: Gateway.Compression(threshold: 0),
    limits: limits
)
let gateway = Gateway(configuration) { _ in Echo() }
do {
    try await gateway.run()
} catch {
    end("echo-server: \(error)", code: 1)
}
