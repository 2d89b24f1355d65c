import DeepSeekKit
import GatewayKit

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

// A program of others that embeds the kits and does nothing about signals: whether it survives peers that reset.
//
//     hawk-embedder gateway CERTIFICATE KEY      answers some clients too late
//     hawk-embedder deepseek URL AUTHORITY       asks what the server resets in mid-write, then something short
//     hawk-embedder pipe                         dies of SIGPIPE, as a program does that nobody protects

/// Sends back what comes; answers `later` so late that its client has gone, and then with much.
final class Late: GatewayHandler {
    func text(_ text: UTF8Span, from client: Client) {
        client.send(text)
        guard String(copying: text) == "later" else { return }
        usleep(100_000)  // holds up the loop, so that it writes before it can see that the connection was reset
        for _ in 0..<16 { client.send(binary: [UInt8](repeating: 7, count: 16 << 10)) }
    }
}

func say(_ line: String) {
    print(line)
    fflush(nil)
}

func serve(_ certificate: String, _ key: String) async throws {
    let configuration = Gateway.Configuration(
        listen: "127.0.0.1:0",
        tls: TLS(certificate: certificate, key: key),
        loops: 2
    )
    let gateway = Gateway(configuration) { _ in Late() }
    async let running: Void = gateway.run()
    say("wss://\(try await gateway.listeningAddress())/")
    try await running
}

func ask(_ url: String, _ authority: String) async throws {
    let long = String(repeating: "why? ", count: 400_000)
    for _ in 0..<20 {
        // Each client takes its connections along when it goes.
        let client = makeClient(url, authority)
        do {
            for try await _ in client.stream(.init(model: "m", messages: [.user(long)])) {}
            say("a long question was answered")
        } catch {
            say("cut: \(error.code)")
        }
    }
    for try await event in makeClient(url, authority).stream(.init(model: "m", messages: [.user("why?")])) {
        if case .content(let text) = event { say("answer: \(text)") }
    }
}

func makeClient(_ url: String, _ authority: String) -> DeepSeekClient {
    DeepSeekClient(
        apiKey: "k",
        configuration: .init(baseURL: url, retry: .init(limit: 0)),
        transport: CurlTransport(certificateAuthorityFile: authority)
    )
}

alarm(300)  // a test that crashed cannot end it
// What a program begins with, whatever the one who started it has set.
signal(SIGPIPE, SIG_DFL)
let words = CommandLine.arguments.dropFirst()
switch (words.first, words.count) {
case ("gateway", 3): try await serve(words[2], words[3])
case ("deepseek", 3): try await ask(words[2], words[3])
case ("pipe", 1):
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    close(ends[0])
    write(ends[1], "x", 1)
    say("still here")
default:
    say("hawk-embedder gateway CERTIFICATE KEY | deepseek URL AUTHORITY | pipe")
    exit(64)
}
