struct Ports: JobDispatcher, PushClient, ReplyGenerator, Authenticator {
    func dispatch(replyID: String, partition: String) async throws {}
    func push(_ text: String, toUid uid: String) async throws {}
    func bind(clientID: String, uid: String) async throws -> BindResult { .bound }
    func unbind(clientID: String, uid: String) async throws -> Bool { true }
    func generate(_ prompt: ReplyPrompt, receive: @Sendable (ReplyPart) -> Void) async throws -> GenerationEnd {
        throw CancellationError()
    }
    func uid(of request: ChatRequest) async throws -> String { "7" }
}
func settle(_ job: String) {}
func putBack(_ job: String, for time: Duration) {}
let queue = Ports(), gateway = Ports(), model = Ports(), authenticator = Ports()
let store = try SQLiteChatStore(path: "chat.sqlite")
let request = ChatRequest(method: "GET", path: "/healthz")
let id = "", job = "", secret = "", key: [UInt8] = [], now: Int64 = 0
