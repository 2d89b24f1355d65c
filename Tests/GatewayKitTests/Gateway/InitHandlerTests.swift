import GatewayKit
import PlatformCore
import ServerCore
import TestSupport
import Testing

struct InitHandlerTests {
    private static let id = ClientID(gateway: .none, connection: 0xABC)

    @Test func `the greeting carries the client's name and a proof of it`() {
        let handler = InitHandler(message: nil, secret: "s3cret", clock: WallClock { 1_000_500 })
        let proof = SocketProof(secret: "s3cret").make(clientID: "7f000001000000000abc", at: 1000)
        let expected = #"{"type":"init","client_id":"7f000001000000000abc","proof":"\#(proof)"}"#
        #expect(handler.greeting(for: Self.id) == expected)
    }

    @Test func `without a secret there is no proof`() {
        let handler = InitHandler(message: nil, secret: "")
        #expect(handler.greeting(for: Self.id) == #"{"type":"init","client_id":"7f000001000000000abc"}"#)
    }

    @Test(arguments: [
        ("hello", "hello"), ("{client_id}", "7f000001000000000abc"), ("{{client_id}}", "{7f000001000000000abc}"),
        ("{proof}{client_id}{", "7f000001000000000abc{"), ("{other} {client_id", "{other} {client_id"),
    ])
    func `a template is filled in, and other braces are left alone`(template: String, greeting: String) {
        #expect(InitHandler(message: template, secret: "").greeting(for: Self.id) == greeting)
    }

    @Test func `a ping is answered with a pong, whatever its white space, and nothing else is answered`() async throws {
        try await withGateway { _, url in
            let socket = try await GatewayFixture.open(url).client
            for text in ["", "ping", #"{"type":"pong"}"#, #"{"type":"ping","x":1}"#, #"{"type":"pin"}"#] {
                socket.send(text)
            }
            socket.send(binary: Array(#"{"type":"ping"}"#.utf8))
            socket.send(#"{"type":"ping"}"#)
            socket.send(" { \"type\" :\n\"ping\" } ")
            socket.ping([1])
            for _ in 0..<2 { #expect(try await socket.nextText() == #"{"type":"pong"}"#) }
            #expect(try await socket.next() == .pong([1]))
        }
    }

    @Test func `without a message nothing is sent`() async throws {
        let gateway = Gateway(.init(listen: "127.0.0.1:0")) { _ in InitHandler(message: "", secret: "") }
        try await withGateway(gateway) { gateway, url in
            let socket = try await WebSocketClient.connect(url)
            try await gateway.client.send("first", to: .all)
            #expect(try await socket.nextText() == "first")
        }
    }
}
