import PlatformCore
import ServerCore
import Testing

struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8282", "127.0.0.1:8282"), ("[::1]:0", "[::1]:0"), (":8080", "[::]:8080"),
        ("0.0.0.0:65535", "0.0.0.0:65535"), ("localhost:80", "127.0.0.1:80"),
        ("[2001:db8::5]:443", "[2001:db8::5]:443"),
        ("[::ffff:10.1.2.3]:5", "10.1.2.3:5"),
    ])
    func `an address is read and written`(text: String, written: String) throws {
        #expect(try #require(SocketAddress(text)).description == written)
    }

    @Test(arguments: [
        "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.1:80", "::1:80", "[::1]",
        "[::1:80", "[127.0.0.1]:80", "example.com:80", "127.0.0.1:8 ", " 127.0.0.1:80", "256.0.0.1:80", "[fe80::1%]:80",
    ])
    func `what is no address is refused`(text: String) {
        #expect(SocketAddress(text) == nil)
    }

    @Test func `loopback and unspecified addresses are known`() throws {
        #expect(SocketAddress("127.8.8.8:1")?.isLoopback == true)
        #expect(SocketAddress("[::1]:1")?.isLoopback == true)
        #expect(SocketAddress("10.0.0.1:1")?.isLoopback == false)
        #expect(SocketAddress(":1")?.isUnspecified == true)
        #expect(SocketAddress("0.0.0.0:1")?.isUnspecified == true)
        #expect(SocketAddress("1.2.3.4:1")?.ipv4 == 0x0102_0304)
    }

    @Test func `a name is looked up, and an unknown one is an error`() async throws {
        #expect(try await SocketAddress.resolve("127.0.0.1:9") == [#require(SocketAddress("127.0.0.1:9"))])
        await #expect(throws: SystemError.self) { try await SocketAddress.resolve("no-such-name.invalid:9") }
        await #expect(throws: SystemError.self) { try await SocketAddress.resolve("no port") }
    }
}
