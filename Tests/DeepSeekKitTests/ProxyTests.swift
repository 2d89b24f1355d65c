import DeepSeekKit
import PlatformCore
import TestSupport
import Testing

/// Proxies, which a process is told of by its environment: the `deepseek` example is that process.
@Suite struct ProxyTests {
    /// What `deepseek --list-models` says with a base URL and an environment.
    private static func models(_ baseURL: String, _ environment: [String: String]) async throws -> String {
        let directory = TemporaryDirectory()
        let program = try ChildProcess(
            Programs.path("deepseek"),
            ["--base-url", baseURL, "--list-models"],
            environment: environment,
            output: directory.file("output")
        )
        _ = try await program.ended(within: .seconds(60))
        return program.text()
    }

    /// A proxy that answers every request itself, and the first lines it was sent.
    private static func proxy() throws -> (server: RawServer, seen: Lock<[String]>) {
        let seen = Lock<[String]>([])
        let server = try RawServer { connection in
            guard let request = connection.readRequest() else { return }
            seen.withLock { $0.append(String(request.prefix { $0 != "\r\n" })) }
            let body = #"{"data":[{"id":"by-proxy","object":"model","owned_by":"x"}]}"#
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }
        return (server, seen)
    }

    @Test func `the proxy of the environment is asked for servers beyond this machine`() async throws {
        let (server, seen) = try Self.proxy()
        let text = try await Self.models("http://model.example/v1", ["http_proxy": server.baseURL])
        #expect(text.contains("by-proxy"))
        #expect(seen.withLock { $0 } == ["GET http://model.example/v1/models HTTP/1.1"])
    }

    @Test func `https is a tunnel of the proxy, which sees no more than the server's name`() async throws {
        let (server, seen) = try Self.proxy()
        let text = try await Self.models("https://model.example", ["https_proxy": server.baseURL])
        #expect(!text.contains("by-proxy"))
        let lines = seen.withLock { $0 }
        #expect(!lines.isEmpty)
        #expect(lines.allSatisfy { $0 == "CONNECT model.example:443 HTTP/1.1" }, "\(lines)")
    }

    @Test func `no_proxy is obeyed`() async throws {
        let (server, seen) = try Self.proxy()
        let environment = ["http_proxy": server.baseURL, "no_proxy": "model.invalid"]
        let text = try await Self.models("http://model.invalid", environment)
        #expect(text.contains("no connection"), "\(text)")
        #expect(seen.withLock { $0 } == [])
    }

    @Test(arguments: ["127.0.0.1", "localhost", "127.8.9.10", "[::ffff:127.0.0.1]"])
    func `this machine is never asked by way of a proxy`(_ host: String) async throws {
        let (proxy, seen) = try Self.proxy()
        let (server, direct) = try Self.proxy()
        let environment = ["http_proxy": proxy.baseURL, "all_proxy": proxy.baseURL]
        _ = try await Self.models("http://\(host):\(server.port)", environment)
        #expect(seen.withLock { $0 } == [])
        if host == "127.0.0.1" { #expect(direct.withLock { $0 } == ["GET /models HTTP/1.1"]) }
    }
}
