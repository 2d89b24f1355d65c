import GatewayKit
import Testing

struct ClientIDTests {
    @Test func `a client id is the gateway's address and the connection in hex`() throws {
        let gateway = try #require(GatewayAddress("10.0.200.7:2900"))
        let id = ClientID(gateway: gateway, connection: 0xDEAD_BEEF)
        #expect(id.description == "0a00c8070b54deadbeef")
        #expect(ClientID("0a00c8070b54deadbeef") == id)
        #expect(ClientID("0A00C8070B54DEADBEEF") == id)
        #expect(ClientID(gateway: .none, connection: 1).description == "7f000001000000000001")
    }

    @Test(arguments: [
        "", "7f00000100000000000", "7f0000010000000000010", "7f00000100000000000g", "+f000001000000000001",
    ])
    func `what is no client id is refused`(text: String) {
        #expect(ClientID(text) == nil)
    }

    @Test(arguments: [
        "", "10.0.0.7", "10.0.0:1", "10.0.0.256:1", "10.0.0.7:65536", "10.0.0.7:", "a.b.c.d:1", "+1.0.0.0:1",
        "localhost:80", "[::1]:80", "10.0.0.7:1:2",
    ])
    func `what is no address of an inner port is refused`(text: String) {
        #expect(GatewayAddress(text) == nil)
    }
}
