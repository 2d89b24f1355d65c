import DeepSeekKit
import Testing

@Suite struct EndpointTests {
    private static func check(_ url: String, key: String = "sk-secret-key") -> DeepSeekError? {
        do throws(DeepSeekError) {
            try DeepSeekClient(apiKey: key, configuration: .init(baseURL: url)).validate()
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "https://api.deepseek.com", "https://api.deepseek.com/", "https://api.deepseek.com/beta",
        "HTTPS://EXAMPLE.com:8443/v1",
        "http://localhost:8000", "http://127.0.0.1:8000", "http://127.8.9.10", "http://[::1]:8000/v1",
        "http://localhost.:8000", "http://[0:0:0:0:0:0:0:1]", "http://[::ffff:127.0.0.1]", "http://[::FFFF:7f00:2]",
    ])
    func `https anywhere and http to this machine are accepted`(_ url: String) {
        #expect(Self.check(url) == nil)
    }

    @Test(arguments: [
        "http://api.deepseek.com", "http://127.0.0.1.example.com", "http://[::2]", "http://10.0.0.1:8000",
        "http://localhost.example.com", "http://[::ffff:10.0.0.1]", "http://0x7f.example.com",
    ])
    func `plain http beyond this machine is refused with a key`(_ url: String) {
        #expect(Self.check(url)?.code == .invalidRequest)
        #expect(Self.check(url)?.message.contains("use https") == true)
        #expect(Self.check(url, key: "") == nil)
    }

    @Test(arguments: [
        "", "api.deepseek.com", "ftp://api.deepseek.com", "file:///etc/passwd", "https://", "https://user:pass@host",
        "http://127.0.0.1@evil.example", "https://host/?q=1", "https://host/#f", "https://host:0", "https://host:99999",
        "https://ho st", "https://host\r\nX: y", "https://[::1", "https://ho%73t", "https://host\\@evil.example",
        "http://127.1", "http://0127.0.0.1", "http://2130706433", "http://0x7f000001", "http://127.0.0.1.",
        "http://[:::]",
    ])
    func `what is not a plain base URL is refused`(_ url: String) {
        #expect(Self.check(url)?.code == .invalidRequest)
        #expect(Self.check(url)?.message.contains("base URL") == true)
    }

    @Test func `a key with a line break is refused without being quoted`() {
        let error = Self.check("https://api.deepseek.com", key: "sk-1\r\nX-Evil: 1")
        #expect(error?.code == .invalidRequest)
        #expect(error?.message.contains("sk-1") == false)
    }

    @Test func `a wrong configuration is the stream's first error and nothing is sent`() async {
        let transport = ScriptedTransport()
        let (_, error) = await DeepSeekClient.make(transport) { $0.baseURL = "http://example.com" }.events()
        #expect(error?.code == .invalidRequest)
        #expect(error?.attempts == 0)
        #expect(transport.requests.isEmpty)
    }
}
