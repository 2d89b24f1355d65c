import GatewayKit
import Testing

@Suite struct RegisterDirectoryTests {
    @Test func `a worker gets the list at once and again with every change`() {
        var directory = RegisterDirectory(secret: [])
        #expect(directory.worker(1) == [.send(list([]), to: 1)])
        #expect(directory.gateway(2, "a:1") == [.send(list(["a:1"]), to: 1)])
        #expect(directory.gateway(3, "b:2") == [.send(list(["a:1", "b:2"]), to: 1)])
        #expect(directory.closed(2) == [.send(list(["b:2"]), to: 1)])
        #expect(directory.worker(1) == [.send(list(["b:2"]), to: 1)])
        #expect(directory.closed(1) == [])
        #expect(directory.closed(3) == [])
    }

    @Test func `an address is listed once and stays while one of its connections does`() {
        var directory = RegisterDirectory(secret: [])
        _ = directory.gateway(1, "a:1")
        _ = directory.gateway(2, "a:1")
        #expect(directory.addresses == ["a:1"])
        _ = directory.closed(1)
        #expect(directory.addresses == ["a:1"])
    }

    @Test func `a gateway gets no answer and a ping neither`() {
        var directory = RegisterDirectory(secret: [])
        #expect(directory.gateway(1, "a:1") == [])
        #expect(directory.received(Array(#"{"event":"ping"}"#.utf8), on: 1, from: "1.2.3.4") == [])
    }

    @Test func `a wrong secret is closed without a word`() {
        var directory = RegisterDirectory(secret: Array("s3cret".utf8))
        #expect(directory.worker(1) == [.close(1, reason: "wrong secret")])
        #expect(directory.worker(1, secret: "s3cretx") == [.close(1, reason: "wrong secret")])
        #expect(directory.gateway(2, "a:1") == [.close(2, reason: "wrong secret")])
        #expect(directory.addresses == [])
        #expect(directory.worker(1, secret: "s3cret") == [.send(list([]), to: 1)])
    }

    @Test func `a line that is no message is told so and closed`() {
        var directory = RegisterDirectory(secret: [])
        let text =
            "Bad request for Register service. Request info(IP:1.2.3.4, Request Buffer:hello). "
            + "See http://doc2.workerman.net/register-auth-timeout.html\n"
        #expect(
            directory.received(Array("hello".utf8), on: 1, from: "1.2.3.4")
                == [.send(Array(text.utf8), to: 1), .close(1, reason: "bad request")]
        )
        #expect(
            directory.received(Array(#"{"event":"dance"}"#.utf8), on: 1, from: "1.2.3.4")
                == [.close(1, reason: "unknown event")]
        )
    }

    private func list(_ addresses: [String]) -> [UInt8] { RegisterMessage.broadcastAddresses(addresses).line }
}

extension RegisterDirectory {
    fileprivate mutating func worker(_ connection: Int, secret: String = "") -> [Action] {
        received(
            RegisterMessage.workerConnect(secret: Array(secret.utf8)).line.dropLast(),
            on: connection,
            from: "1.2.3.4"
        )
    }

    fileprivate mutating func gateway(_ connection: Int, _ address: String) -> [Action] {
        received(
            RegisterMessage.gatewayConnect(address: address, secret: []).line.dropLast(),
            on: connection,
            from: "1.2.3.4"
        )
    }
}
