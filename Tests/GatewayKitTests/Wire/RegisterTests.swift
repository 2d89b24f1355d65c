import GatewayKit
import TestSupport
import Testing

@Suite struct RegisterTests {
    @Test func `a worker is told of gateways as they come and go`() async throws {
        try await withRegister { register in
            let worker = try await TCPProbe(register.address)
            worker.send(RegisterMessage.workerConnect(secret: []).line)
            #expect(try await worker.line() == #"{"event":"broadcast_addresses","addresses":[]}"#)
            let gateway = try await TCPProbe(register.address)
            gateway.send(RegisterMessage.gatewayConnect(address: "10.0.0.7:2900", secret: []).line)
            #expect(try await worker.line() == #"{"event":"broadcast_addresses","addresses":["10.0.0.7:2900"]}"#)
            gateway.close()
            #expect(try await worker.line() == #"{"event":"broadcast_addresses","addresses":[]}"#)
        }
    }

    @Test func `a line in pieces and with a carriage return is one line`() async throws {
        try await withRegister { register in
            let worker = try await TCPProbe(register.address)
            for character in "{\"event\":\"worker_connect\"}\r\n" { worker.send(String(character)) }
            #expect(try await worker.line() == #"{"event":"broadcast_addresses","addresses":[]}"#)
        }
    }

    @Test func `a wrong secret is closed without a word and told`() async throws {
        try await withRegister(secret: "s3cret") { register in
            let worker = try await TCPProbe(register.address)
            worker.send(RegisterMessage.workerConnect(secret: Array("s3cretx".utf8)).line)
            try await worker.closedByPeer()
            #expect(worker.received.isEmpty)
            try await register.events.wait("a refusal") {
                if case .registerConnectionRefused(_, reason: "wrong secret") = $0 { true } else { false }
            }
        }
    }

    @Test func `what is no message is answered with a line and closed`() async throws {
        try await withRegister { register in
            let stranger = try await TCPProbe(register.address)
            stranger.send("GET / HTTP/1.1\r\n")
            let line = try await stranger.line()
            #expect(
                line == "Bad request for Register service. Request info(IP:127.0.0.1, Request Buffer:GET / HTTP/1.1). "
                    + "See http://doc2.workerman.net/register-auth-timeout.html"
            )
            try await stranger.closedByPeer()
        }
    }

    @Test func `a line without end is closed`() async throws {
        try await withRegister { register in
            let stranger = try await TCPProbe(register.address)
            stranger.send([UInt8](repeating: 0x20, count: 70 << 10))
            try await stranger.closedByPeer()
        }
    }

    @Test func `a stranger ends after a while, whoever has announced himself stays`() async throws {
        try await withRegister(limits: .quick) { register in
            let (stranger, worker) = (try await TCPProbe(register.address), try await TCPProbe(register.address))
            stranger.send(RegisterMessage.ping.line)
            worker.send(RegisterMessage.workerConnect(secret: []).line)
            _ = try await worker.line()
            try await stranger.closedByPeer()
            #expect(!worker.isClosed)
        }
    }

    @Test func `with too many strangers newcomers wait and none is refused`() async throws {
        var limits = PeerLimits()
        limits.strangers = 2
        try await withRegister(limits: limits) { register in
            let strangers = [try await TCPProbe(register.address), try await TCPProbe(register.address)]
            try await register.events.wait("a pause") { if case .acceptingPaused = $0 { true } else { false } }
            let worker = try await TCPProbe(register.address)
            worker.send(RegisterMessage.workerConnect(secret: []).line)
            strangers[0].send(RegisterMessage.workerConnect(secret: []).line)
            #expect(try await worker.line() == #"{"event":"broadcast_addresses","addresses":[]}"#)
            strangers[1].close()
        }
    }

    @Test func `with as many connections as may be newcomers wait until one goes`() async throws {
        var limits = PeerLimits()
        limits.connections = 1
        try await withRegister(limits: limits) { register in
            let first = try await TCPProbe(register.address)
            first.send(RegisterMessage.workerConnect(secret: []).line)
            _ = try await first.line()
            let second = try await TCPProbe(register.address)
            second.send(RegisterMessage.workerConnect(secret: []).line)
            try await register.events.wait("a pause") { if case .acceptingPaused = $0 { true } else { false } }
            #expect(second.received.isEmpty)
            first.close()
            #expect(try await second.line() == #"{"event":"broadcast_addresses","addresses":[]}"#)
        }
    }

    @Test func `beyond this machine it needs a secret`() async throws {
        for listen in ["0.0.0.0:0", ":0", "[::]:0"] {
            await #expect(throws: GatewayError.self) { try await Register(.init(listen: listen)).run() }
        }
        let task = Task { try await Register(.init(listen: "0.0.0.0:0", isInsecureAllowed: true)).run() }
        task.cancel()
        try await task.value
    }

    @Test func `a second run is refused`() async throws {
        let register = Register(.init(listen: "127.0.0.1:0"))
        let task = Task { try await register.run() }
        try await eventually(.seconds(20), "it listens") { register.address != nil }
        await #expect { try await register.run() } throws: { ($0 as? GatewayError)?.code == .alreadyRunning }
        task.cancel()
        try await task.value
        #expect(register.address == nil)
    }
}
