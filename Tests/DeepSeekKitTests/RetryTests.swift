import DeepSeekKit
import Testing

@Suite struct RetryTests {
    private static func limited(retryAfter: Duration? = nil) -> DeepSeekError {
        var error = DeepSeekError(.rateLimited, "slow down")
        error.retryAfter = retryAfter
        return error
    }

    @Test func `delays double and are spread over their upper half`() {
        let policy = RetryPolicy(limit: 5, delay: .milliseconds(100), maximumDelay: .seconds(10))
        let error = Self.limited()
        #expect(policy.delay(afterAttempt: 1, failedWith: error, draw: 0) == .milliseconds(50))
        #expect(policy.delay(afterAttempt: 1, failedWith: error, draw: 1) == .milliseconds(100))
        #expect(policy.delay(afterAttempt: 3, failedWith: error, draw: 1) == .milliseconds(400))
    }

    @Test func `delays do not grow beyond the longest`() {
        let policy = RetryPolicy(limit: 100, delay: .seconds(1), maximumDelay: .seconds(8))
        #expect(policy.delay(afterAttempt: 60, failedWith: Self.limited(), draw: 1) == .seconds(8))
    }

    @Test func `the server's wish is honoured`() {
        let policy = RetryPolicy()
        #expect(
            policy.delay(afterAttempt: 1, failedWith: Self.limited(retryAfter: .seconds(7)), draw: 0.5) == .seconds(7)
        )
    }

    @Test func `a wish beyond the longest delay is left to the caller`() async {
        let transport = ScriptedTransport(.page(429, "{}", .init("Retry-After", "3600")))
        let (_, error) = await DeepSeekClient.make(transport).events()
        #expect(error?.code == .rateLimited)
        #expect(error?.retryAfter == .seconds(3600))
        #expect(transport.requests.count == 1)
    }

    @Test func `no retry begins that the total time would cut off`() async {
        let answer = ScriptedTransport.Answer.page(503, "{}")
        let client = DeepSeekClient.make(.init(answer, answer)) {
            $0.totalTimeout = .seconds(1)
            $0.retry = .init(delay: .seconds(5))
        }
        #expect(await client.events().1?.attempts == 1)
    }

    @Test func `a date is counted from the server's own clock`() async {
        let page = ScriptedTransport.Answer.page(
            503,
            "{}",
            .init("Date", "Sun, 06 Nov 1994 08:00:00 GMT"),
            .init("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT")
        )
        #expect(await DeepSeekClient.make(.init(page)).events().1?.retryAfter == .seconds(49 * 60 + 37))
    }

    @Test func `the wait before a retry is what the server asks for`() async {
        let log = EventLog()
        let transport = ScriptedTransport(
            .page(429, "{}", .init("Retry-After", "1")),
            .stream(Chunk.content("x"), Chunk.finish(), Chunk.done)
        )
        let client = DeepSeekClient.make(transport) {
            $0.retry.maximumDelay = .seconds(2)
            $0.onEvent = { log.note($0) }
        }
        #expect(await client.events().1 == nil)
        guard case .retrying(attempt: 1, let delay, let error, _)? = log.all.dropFirst().first else {
            Issue.record("no retry in \(log.lines)")
            return
        }
        #expect(delay == .seconds(1))
        #expect(error.code == .rateLimited)
    }

    @Test(arguments: [
        ("0", Duration.zero), ("120", .seconds(120)), ("9999999999999999999999", .seconds(365 * 86_400)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(37)), ("Sun, 06 Nov 1994 08:48:00 GMT", .zero),
        ("Tue, 29 Feb 2000 00:00:00 GMT", .seconds(167_670_660)),
    ])
    func `Retry-After is read as seconds or a date`(_ text: String, _ expected: Duration) {
        // 1994-11-06 08:49:00
        #expect(RetryAfter.parse(text, now: 784_111_740_000) == expected)
    }

    @Test(arguments: [
        "soon", "-1", "1.5", "Sun, 06 Nov 1994", "Sun, 06 Foo 1994 08:49:37 GMT",
    ])
    func `a Retry-After that is neither is passed over`(_ text: String) {
        #expect(RetryAfter.parse(text, now: 0) == nil)
    }
}
