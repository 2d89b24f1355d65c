import ChatAPIKit
import PlatformCore
import ServerCore
import Testing

/// An API with everything around it replaced, and the requests of a test in one line each.
struct APIFixture<Store: ChatStore> {
    static var secret: [UInt8] { Array("0123456789abcdef0123456789abcdef".utf8) }
    static var socketSecret: String { "what gateway and API share" }
    /// The second at which everything happens.
    static var now: Int64 { 1_800_000_000 }

    let api: ChatAPI
    let store: Store
    let pusher = StubPushClient()
    let dispatcher = StubDispatcher()
    let events: Lock<[String]>
    let signer: JWTAuthenticator

    init(_ store: Store, configure: (inout ChatAPI.Configuration) -> Void = { _ in }) throws {
        let clock = WallClock { Self.now * 1000 }
        let events = Lock<[String]>([])
        var configuration = ChatAPI.Configuration(proof: .required(secret: Self.socketSecret))
        configuration.clock = clock
        configuration.liveInterval = .milliseconds(5)
        configuration.onEvent = { event in events.withLock { $0.append(event.line.message) } }
        configure(&configuration)
        self.store = store
        self.events = events
        signer = try JWTAuthenticator(secret: Self.secret, clock: clock)
        api = try ChatAPI(
            configuration,
            store: store,
            authenticator: signer,
            dispatcher: dispatcher,
            pusher: pusher
        )
    }

    /// Sends a request as a user, with a body of JSON if there is one.
    func send(
        _ method: String,
        _ target: String,
        _ body: String? = nil,
        as uid: String? = "7",
        from peer: String = "127.0.0.1:50000",
        headers: [(name: String, value: String)] = [],
        id: String? = nil
    ) async -> ChatResponse {
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        var request = ChatRequest(method: method, path: parts[0], query: parts.count > 1 ? parts[1] : "", id: id)
        request.peerAddress = peer
        request.headers = headers
        request.setDefault("Host", "chat.example:8080")
        if let uid {
            request.setDefault("Authorization", "Bearer \(signer.makeToken(uid: uid, lifetime: .seconds(60)))")
        }
        if let body {
            request.setDefault("Content-Type", "application/json")
            request.body = Array(body.utf8)
        }
        return await api.respond(to: request)
    }

    /// A proof as the gateway makes it.
    func proof(_ clientID: String, age: Int64 = 0) -> String {
        SocketProof(secret: Self.socketSecret).make(clientID: clientID, at: Self.now - age)
    }
}

extension ChatRequest {
    fileprivate mutating func setDefault(_ name: String, _ value: String) {
        if header(name) == nil { headers.append((name: name, value: value)) }
    }
}

extension ChatResponse {
    /// The body as text; that of a stream is read to its end.
    var text: String {
        get async {
            switch body {
            case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
            case .stream(let stream):
                var bytes: [UInt8] = []
                for await chunk in stream { bytes += chunk }
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }

    /// The body as JSON.
    var json: JSON {
        guard case .bytes(let bytes) = body, let json = try? JSON(parsing: bytes, maximumBytes: .max) else {
            return nil
        }
        return json
    }

    /// Status and error code: `404 not_found`.
    var error: String { "\(status) \(json["error"]?["code"]?.text ?? "-")" }

    /// The fields that are wrong, with the codes of what is wrong with them.
    var wrongFields: [String] {
        guard case .array(let problems) = json["error"]?["details"] else { return [] }
        return problems.map { "\($0["field"]?.text ?? "?") \($0["code"]?.text ?? "?")" }
    }

    /// The stream's reader.
    func reader() throws -> ChatBodyStream.Iterator {
        guard case .stream(let stream) = body else { throw NoStream() }
        return stream.makeAsyncIterator()
    }

    private struct NoStream: Error {}
}

/// Builds the model's values with what a test does not care about.
enum Make {
    static func conversation(_ id: String = "c1", title: String = "Why?") -> Conversation {
        Conversation(id: id, uid: "7", title: title, createdAt: 1_000, updatedAt: 2_000)
    }

    static func message(_ content: String = "Why?", key: String? = nil, replies: [Reply] = []) -> Message {
        Message(
            id: "m1",
            conversationID: "c1",
            uid: "7",
            content: content,
            idempotencyKey: key,
            createdAt: 1_000,
            replies: replies
        )
    }

    static func reply(_ state: ReplyState = .queued, attempt: Int = 0, lastSeq: Int = 0) -> Reply {
        Reply(
            id: "r1",
            messageID: "m1",
            conversationID: "c1",
            uid: "7",
            state: state,
            attempt: attempt,
            lastSeq: lastSeq,
            createdAt: 1_000
        )
    }

    static func sent(_ reply: Reply = reply(), key: String? = nil) -> SentMessage {
        SentMessage(conversation: conversation(), message: message(key: key), reply: reply)
    }

    static func row(_ seq: Int, _ kind: LogKind = .content, _ text: String = "a") -> LogRow {
        LogRow(seq: seq, attempt: 1, kind: kind, text: text)
    }
}
