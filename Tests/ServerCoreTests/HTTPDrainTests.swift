import PlatformCore
import ServerCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct HTTPDrainTests {
    @Test func `cancelled, it finishes what is under way, closes what is idle and takes no more`() async throws {
        let gate = Gate()
        let began = Gate()
        let respond: HTTPServer.Responder = { request in
            if request.path == "/slow" {
                await began.open()
                await gate.wait()
            }
            return .text("[\(request.path)]")
        }
        try await withServer(respond: respond) { address, server in
            let idle = try await RawClient(address)
            try await idle.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
            _ = try await idle.text(until: "[/x]")
            let busy = try await RawClient(address)
            try await busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
            await began.wait()
            server.cancel()
            #expect(try await idle.text().isEmpty)
            await #expect(throws: SystemError.self) { try await RawClient(address) }
            await gate.open()
            let text = try await busy.text()
            #expect(text.hasSuffix("[/slow]") && text.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test func `told to finish, it takes no more and waits for what is under way beyond the drain's time`() async throws
    {
        let (gate, began) = (Gate(), Gate())
        let configuration = HTTPServer.Configuration.make { $0.drainTimeout = .milliseconds(1) }
        let server = HTTPServer(configuration) { _ in
            await began.open()
            await gate.wait()
            return .text("[done]")
        }
        try server.bind()
        let address = server.addresses[0]
        let running = Task { try await server.run() }
        let busy = try await RawClient(address)
        try await busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await began.wait()
        let finishing = Task { await server.finish() }
        try await eventually(.seconds(20), "nobody gets in any more") {
            do {
                _ = try await RawClient(address)
                return false
            } catch {
                return true
            }
        }
        await gate.open()
        #expect(try await busy.text().hasSuffix("[done]"))
        try await within(.seconds(20), "the end of what is under way") { await finishing.value }
        running.cancel()
        try await within(.seconds(20), "the end of the server") { try await running.value }
    }

    @Test func `what does not finish in time is cancelled and closed`() async throws {
        let events = Lock<[HTTPServerEvent]>([])
        let began = Gate()
        let respond: HTTPServer.Responder = { _ in
            await began.open()
            try? await Task.sleep(for: .seconds(60))
            return .text(Task.isCancelled ? "cancelled" : "slept")
        }
        let settings = HTTPServer.Configuration.make { $0.drainTimeout = .milliseconds(100) }
        try await withServer(settings, events: events, respond: respond) { address, server in
            let client = try await RawClient(address)
            try await client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await began.wait()
            server.cancel()
            #expect(try await client.text().isEmpty)
            try await server.value
        }
        #expect(events.withLock { $0.contains { if case .drainTimedOut(connections: 1) = $0 { true } else { false } } })
    }

    @Test func `the real address is told before the first request`() async throws {
        let told = Lock<[String]>([])
        let settings = HTTPServer.Configuration.make {
            $0.onListening = { addresses in told.withLock { $0 = addresses } }
        }
        try await withServer(settings, respond: echo) { address, _ in
            let client = try await RawClient(address)
            try await client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            _ = try await client.text()
            #expect(told.withLock { $0 } == [address])
        }
    }
}
