import DeepSeekKit
import Testing

@Suite struct ErrorTests {
    typealias Answer = ScriptedTransport.Answer

    struct Refusal: Sendable {
        let status: Int
        let message: String
        let code: DeepSeekError.Code
    }

    @Test(arguments: [
        Refusal(status: 400, message: "Invalid format", code: .invalidRequest),
        Refusal(status: 400, message: "This model's maximum context length is 1000000 tokens", code: .contextWindow),
        Refusal(status: 400, message: "Content Exists Risk", code: .contentFilter),
        Refusal(status: 401, message: "Authentication Fails", code: .authentication),
        Refusal(status: 402, message: "Insufficient Balance", code: .insufficientBalance),
        Refusal(status: 404, message: "Not found", code: .invalidRequest),
        Refusal(status: 422, message: "Invalid parameter", code: .invalidRequest),
        Refusal(status: 502, message: "Bad gateway", code: .server),
    ])
    func `a status that another try cannot mend is thrown at once`(_ refusal: Refusal) async {
        let body = #"{"error":{"message":"\#(refusal.message)","type":"t","code":"c"}}"#
        let transport = ScriptedTransport(.page(refusal.status, body, .init("X-DS-Trace-ID", "trace-1")))
        let (events, error) = await DeepSeekClient.make(transport).events()
        #expect(events.isEmpty)
        #expect(error?.code == refusal.code)
        #expect(error?.status == refusal.status)
        #expect(error?.message == refusal.message)
        #expect(error?.requestID == "trace-1")
        #expect(transport.requests.count == 1)
    }

    @Test(arguments: [
        Refusal(status: 429, message: "slow down", code: .rateLimited),
        Refusal(status: 500, message: "oops", code: .server),
        Refusal(status: 503, message: "full", code: .overloaded),
    ])
    func `a passing failure is tried three times in all`(_ refusal: Refusal) async {
        let answer = Answer.page(refusal.status, #"{"error":{"message":"\#(refusal.message)"}}"#)
        let transport = ScriptedTransport(answer, answer, answer, answer)
        let (_, error) = await DeepSeekClient.make(transport).events()
        #expect(error?.code == refusal.code)
        #expect(error?.attempts == 3)
        #expect(error?.isRetryable == true)
        #expect(transport.requests.count == 3)
        #expect(transport.bodies.allSatisfy { $0.ending == "finished" })
    }

    @Test func `an HTML page with 502 is quoted short`() async {
        let transport = ScriptedTransport(
            .page(
                502,
                "<html><h1>502 Bad Gateway</h1>" + String(repeating: "x", count: 5000),
                .init("Content-Type", "text/html")
            )
        )
        let (_, error) = await DeepSeekClient.make(transport).events()
        #expect(error?.code == .server)
        #expect(error?.message.hasPrefix("<html><h1>502 Bad Gateway</h1>") == true)
        #expect((error?.message.count ?? 999) <= 201)
    }

    @Test func `a redirect is refused and says why`() async {
        let transport = ScriptedTransport(.page(302, "", .init("Location", "https://elsewhere.example/")))
        let (_, error) = await DeepSeekClient.make(transport).events()
        #expect(error?.code == .invalidRequest)
        #expect(error?.message.contains("redirects") == true)
        #expect(transport.requests.count == 1)
    }

    @Test(arguments: ["br", "zstd", "deflate, gzip"])
    func `an answer packed in a way nobody asked for is a decoding error, and a refusal stays one`(
        _ coding: String
    ) async {
        let header = TransportHeader("Content-Encoding", coding)
        for (status, code) in [(200, DeepSeekError.Code.decoding), (401, .authentication)] {
            let transport = ScriptedTransport(.page(status, "\u{1}\u{2}packed", header))
            let (_, error) = await DeepSeekClient.make(transport).events()
            #expect(error?.code == code)
            #expect(error?.message.contains("packed") == (status == 200))
            #expect(error?.status == status)
            #expect(transport.requests.count == 1)
        }
    }

    @Test func `a server that quotes the key percent-encoded does not get it into the error`() async {
        let body = #"{"error":{"message":"GET /?key=sk%2Bsecret%2F1&x"}}"#
        let client = DeepSeekClient.make(.init(.page(401, body)), key: "sk+secret/1")
        #expect(await client.events().1?.message == "GET /?key=[key]&x")
    }

    @Test func `a server that quotes the key does not get it into the error or the log`() async {
        let log = EventLog()
        let body = #"{"error":{"message":"Your api key: sk-secret-key is invalid"}}"#
        let client = DeepSeekClient.make(.init(.page(401, body, .init("x-request-id", "sk-secret-key")))) {
            $0.onEvent = { log.note($0) }
        }
        let (_, error) = await client.events()
        #expect(error?.message == "Your api key: [key] is invalid")
        #expect(!"\(String(describing: error)) \(log.lines)".contains("sk-secret-key"))
    }

    @Test(arguments: [180, 190, 196, 199, 200, 485, 495])
    func `a key that stands where the quote is cut does not get half into the error`(_ place: Int) async {
        let text = String(repeating: "x", count: place) + "sk-secret-key" + String(repeating: "y", count: 900)
        for body in [text, #"{"error":{"message":"\#(text)"}}"#] {
            let (_, error) = await DeepSeekClient.make(.init(.page(400, body))).events()
            #expect(error?.message.contains("sk-s") == false, "\(error?.message ?? "")")
        }
    }

    @Test func `a key given as a header of one's own is kept out as well`() async {
        let client = DeepSeekClient.make(.init(.page(401, "api-key other-secret is wrong")), key: "") {
            $0.additionalHeaders = ["Api-Key": "other-secret"]
        }
        #expect(await client.events().1?.message == "api-key [key] is wrong")
    }

    @Test func `a message of many lines is one line, and nothing in it reaches a terminal`() async {
        let body = #"{"error":{"message":"one\ntwo\r\n\u001b[31mred\u0007"}}"#
        let answer = Answer.page(400, body, .init("x-request-id", String(repeating: "i", count: 300)))
        let (_, error) = await DeepSeekClient.make(.init(answer)).events()
        #expect(error?.message == "one two [31mred")
        #expect(error?.requestID?.count == 101)
    }

    @Test func `half a JSON body is quoted short`() async {
        let body = #"{"error":{"message":"tru"# + String(repeating: " ", count: 2000)
        let (_, error) = await DeepSeekClient.make(.init(.page(400, body))).events()
        #expect(error?.code == .invalidRequest)
        #expect(error?.message == #"{"error":{"message":"tru…"#)
    }

    @Test func `a context that is too long is told by its code as well`() async {
        let body = #"{"error":{"message":"too much","code":"context_length_exceeded"}}"#
        #expect(await DeepSeekClient.make(.init(.page(400, body))).events().1?.code == .contextWindow)
    }

    @Test(arguments: [#"{"message":"boom"}"#, #"{"error":{"message":"boom"}}"#, #""boom""#])
    func `an event named error is the server's error`(_ data: String) async {
        let answer = Answer(steps: [.text("data: \(Chunk.content("x"))\n\nevent: error\ndata: \(data)\n\n")])
        let (events, error) = await DeepSeekClient.make(.init(answer)).events()
        #expect(events == [.content("x")])
        #expect(error?.message == "boom")
        #expect(error?.partial?.content == "x")
    }

    @Test func `an event without data is passed over`() async {
        let answer = Answer(
            steps: [.text("data:\n\ndata\n\nevent: ping\n\n")]
                + Answer.stream(Chunk.content("x"), Chunk.finish(), Chunk.done).steps
        )
        let (events, error) = await DeepSeekClient.make(.init(answer)).events()
        #expect(events.first == .content("x"))
        #expect(error == nil)
    }

    @Test func `bytes that are no text are an error, not other text`() async {
        let start = Array(#"data: {"choices":[{"delta":{"content":""#.utf8)
        let answer = Answer(steps: [.bytes(start + [0xFF, 0xC3] + Array("\"}}]}\n\n".utf8))])
        let (events, error) = await DeepSeekClient.make(.init(answer)).events()
        #expect(events.isEmpty)
        #expect(error?.code == .decoding)
    }

    @Test func `an error in mid-stream has the id of its request`() async {
        var answer = Answer.stream(Chunk.content("x"))
        answer.headers.append(.init("X-DS-Trace-ID", "trace-1"))
        #expect(await DeepSeekClient.make(.init(answer)).events().1?.requestID == "trace-1")
    }

    @Test(arguments: [
        TransportFailure.Reason.unreachable, .connectTimeout, .interrupted,
    ])
    func `a connection that fails before the first piece is tried again`(_ reason: TransportFailure.Reason) async {
        let transport = ScriptedTransport(
            .failing(reason),
            .init(steps: [.fail(.init(reason == .interrupted ? .interrupted : .unreachable))]),
            .stream(Chunk.content("x"), Chunk.finish(), Chunk.done)
        )
        let (events, error) = await DeepSeekClient.make(transport).events()
        #expect(events.last == .finish(.stop))
        #expect(error == nil)
        #expect(transport.requests.count == 3)
    }

    @Test(arguments: [
        (TransportFailure.Reason.unreachable, DeepSeekError.Code.transport),
        (.connectTimeout, .timedOut(.connect)),
        (.untrusted, .untrusted),
        (.interrupted, .streamCut),
        (.deadline, .timedOut(.firstByte)),
        (.tooLarge, .decoding),
        (.cancelled, .cancelled),
    ])
    func `every failure of the transport has its code`(
        _ reason: TransportFailure.Reason,
        _ code: DeepSeekError.Code
    ) async {
        let client = DeepSeekClient.make(.init(.failing(reason))) { $0.retry.limit = 0 }
        #expect(await client.events().1?.code == code)
    }

    @Test func `a server out of resources before the first piece is tried again`() async {
        let transport = ScriptedTransport(
            .stream(Chunk.start, Chunk.finish("insufficient_system_resource"), Chunk.done),
            .stream(Chunk.content("x"), Chunk.finish(), Chunk.done)
        )
        #expect(await DeepSeekClient.make(transport).events().0.last == .finish(.stop))
    }

    @Test func `a server out of resources in mid-answer is an error with what had arrived`() async {
        let transport = ScriptedTransport(
            .stream(Chunk.content("x"), Chunk.finish("insufficient_system_resource"), Chunk.done)
        )
        let (events, error) = await DeepSeekClient.make(transport).events()
        #expect(events == [.content("x")])
        #expect(error?.code == .overloaded)
        #expect(error?.partial?.content == "x")
        #expect(transport.requests.count == 1)
    }

    @Test func `an empty answer is tried again, then an error`() async {
        let empty = Answer.stream(Chunk.start, Chunk.finish(), Chunk.done)
        let transport = ScriptedTransport(empty, empty, empty)
        let (events, error) = await DeepSeekClient.make(transport).events()
        #expect(events.isEmpty)
        #expect(error?.code == .emptyAnswer)
        #expect(transport.requests.count == 3)
    }

    @Test func `nothing is tried again after the first piece`() async {
        var answer = Answer.stream(Chunk.reasoning("Hm"))
        answer.steps.append(.fail(.init(.interrupted)))
        let transport = ScriptedTransport(answer, .stream(Chunk.content("x"), Chunk.finish(), Chunk.done))
        #expect(await DeepSeekClient.make(transport).events().1?.code == .streamCut)
        #expect(transport.requests.count == 1)
    }
}
