import DeepSeekKit
import Testing

/// Each wait has its limit and its error, streamed or whole.
@Suite struct TimeoutTests {
    typealias Step = ScriptedTransport.Step

    private static func failure(
        _ steps: [Step],
        _ change: (inout DeepSeekClient.Configuration) -> Void = { _ in }
    ) async -> DeepSeekError? {
        do throws(DeepSeekError) {
            let answer = ScriptedTransport.Answer(headers: [], steps: steps)
            _ = try await DeepSeekClient.make(.init(answer), change).complete(.make())
            return nil
        } catch {
            return error
        }
    }

    @Test func `a server that never pauses gets no more time for its first piece`() async {
        let patience: (inout DeepSeekClient.Configuration) -> Void = {
            $0.firstByteTimeout = .milliseconds(50)
            $0.retry = .init(limit: 0)
        }
        #expect(await Self.failure([.flood("\n")], patience)?.code == .timedOut(.firstByte))
        let stream = ScriptedTransport(.init(steps: [.flood(": keep-alive\n\n")]))
        #expect(await DeepSeekClient.make(stream, patience).events().1?.code == .timedOut(.firstByte))
    }

    @Test func `after the finish keep-alives do not put off the end`() async {
        let transport = ScriptedTransport(
            .init(steps: [
                .text("data: \(Chunk.content("x"))\n\ndata: \(Chunk.finish())\n\n"), .flood(": keep-alive\n\n"),
            ])
        )
        let (events, error) = await DeepSeekClient.make(transport) { $0.idleTimeout = .milliseconds(50) }.events()
        #expect(events.last == .finish(.stop))
        #expect(error == nil)
    }

    @Test func `blank lines before an answer count as bytes of it`() async {
        let error = await Self.failure([.flood("\n\n\n\n")]) {
            $0.maximumEventBytes = 1000
            $0.retry = .init(limit: 0)
        }
        #expect(error?.code == .decoding)
    }

    @Test(arguments: ["Content-Length", "transfer-encoding", "X B", ""])
    func `an additional header that would frame another body is refused`(name: String) async {
        let error = await Self.failure([.text("{}")]) { $0.additionalHeaders = [name: "5"] }
        #expect(error?.code == .invalidRequest)
        #expect(error?.attempts == 0)
    }

    @Test func `the transport gets the deadlines of the configuration`() async throws {
        let transport = ScriptedTransport(.failing(.untrusted), .failing(.untrusted))
        let began = ContinuousClock.now
        for total in [Duration.seconds(300), .seconds(40)] {
            let client = DeepSeekClient.make(transport) {
                $0.connectTimeout = .seconds(3)
                $0.firstByteTimeout = .seconds(100)
                $0.totalTimeout = total
            }
            _ = await client.events()
        }
        let now = ContinuousClock.now
        let sent = transport.requests
        try #require(sent.count == 2)
        #expect(sent[0].connectTimeout == .seconds(3))
        #expect((began + .seconds(100)...now + .seconds(100)).contains(sent[0].headDeadline))
        #expect((began + .seconds(300)...now + .seconds(300)).contains(sent[0].deadline))
        #expect((began + .seconds(40)...now + .seconds(40)).contains(sent[1].headDeadline))
        #expect(sent[1].deadline == sent[1].headDeadline)
    }

    @Test func `no connection in time is tried again, then an error of its own`() async {
        let transport = ScriptedTransport(
            .failing(.connectTimeout),
            .failing(.connectTimeout),
            .failing(.connectTimeout)
        )
        let (_, error) = await DeepSeekClient.make(transport).events()
        #expect(error?.code == .timedOut(.connect))
        #expect(error?.message == "no connection within 10.0 seconds")
        #expect(error?.attempts == 3)
    }

    @Test func `a whole answer that does not begin is late for its first byte, keep-alives or not`() async {
        let error = await Self.failure([.text("\n"), .text("\n"), .stall]) {
            $0.firstByteTimeout = .seconds(50)
            $0.idleTimeout = .seconds(100)
        }
        #expect(error?.code == .timedOut(.firstByte))
        #expect(error?.message == "no first piece within 50.0 seconds")
    }

    @Test func `a server that keeps nothing alive is idle before its first byte is late`() async {
        #expect(await Self.failure([.stall])?.code == .timedOut(.idle))
    }

    @Test func `a whole answer that stops half-way is idle`() async {
        let error = await Self.failure([.text("{\"id\":"), .stall])
        #expect(error?.code == .timedOut(.idle))
        #expect(error?.message == "no byte for 60.0 seconds")
    }

    @Test func `the whole call has a limit, its retries included`() async {
        let error = await Self.failure([.text("{\"id\":"), .stall]) { $0.totalTimeout = .seconds(20) }
        #expect(error?.code == .timedOut(.total))
        #expect(error?.message == "no end within 20.0 seconds")
    }

    @Test func `a total time that is over lets no further request out`() async {
        let page = ScriptedTransport.Answer.page(500, "{}")
        let transport = ScriptedTransport(page, page, page)
        let client = DeepSeekClient.make(transport) {
            $0.totalTimeout = .milliseconds(60)
            $0.retry = .init(limit: 2, delay: .milliseconds(100))
        }
        let began = ContinuousClock.now
        #expect(await client.events().1?.code == .server)
        #expect(transport.requests.count <= 2)
        #expect(ContinuousClock.now - began < .seconds(30))
    }

    @Test func `time-outs are not tried again, but for the connection's`() async {
        for steps in [[Step.stall], [.text("{"), .stall]] { #expect(await Self.failure(steps)?.attempts == 1) }
    }
}
