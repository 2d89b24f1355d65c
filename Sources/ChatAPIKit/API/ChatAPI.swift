import ServerCore

/// The chat over HTTP: requests in, responses out, whatever server is around it.
///
/// ```swift
/// let api = try ChatAPI(
///     .init(proof: .required(secret: secret)),
///     store: store, authenticator: authenticator, dispatcher: queue, pusher: gateway
/// )
/// let response = await api.respond(to: request)
/// ```
/// Every answer carries an `X-Request-Id`; errors are `{"error":{"code","message","details"}}`. What belongs to another
/// user is not found. The API keeps nothing but the readers of live logs: any number of processes may serve one store.
public struct ChatAPI: Sendable {
    let configuration: Configuration
    let store: any ChatStore
    let authenticator: any Authenticator
    let dispatcher: any JobDispatcher
    let pusher: any PushClient
    let events: EventPusher
    let proof: SocketProof?
    let crossOrigin: CrossOrigin
    let page: ChatPage
    let description: ChatResponse
    let live: LogWatch
    let slots: StreamSlots
    let sendsByUser: RateLimit
    let sendsByAddress: RateLimit

    /// Makes an API.
    /// - Parameters:
    ///   - configuration: what it serves and how.
    ///   - store: where conversations, replies and their logs live.
    ///   - authenticator: who tells which user a request comes from.
    ///   - dispatcher: gives replies to the workers.
    ///   - pusher: reaches the users' sockets.
    /// - Throws: `ChatError.Code.configuration` for addresses that cannot be what they shall be.
    public init(
        _ configuration: Configuration,
        store: any ChatStore,
        authenticator: any Authenticator,
        dispatcher: any JobDispatcher,
        pusher: any PushClient
    ) throws(ChatError) {
        try configuration.validate()
        self.configuration = configuration
        self.store = store
        self.authenticator = authenticator
        self.dispatcher = dispatcher
        self.pusher = pusher
        events = EventPusher(pusher, report: configuration.onEvent)
        proof =
            switch configuration.proof {
            case .required(let secret): SocketProof(secret: secret)
            case .notRequired: nil
            }
        crossOrigin = CrossOrigin(allowed: configuration.allowedOrigins)
        page = ChatPage(configuration)
        description = ChatResponse(200, OpenAPI.document(configuration))
        live = LogWatch(
            store: store,
            interval: configuration.liveInterval,
            keepAlive: configuration.keepAlive,
            events: configuration.onEvent
        )
        slots = StreamSlots(limit: configuration.limits.streamsPerUser)
        sendsByUser = RateLimit(perMinute: configuration.limits.sendsPerMinute, now: configuration.monotonic)
        sendsByAddress = RateLimit(
            perMinute: configuration.limits.sendsPerMinutePerAddress,
            now: configuration.monotonic
        )
    }

    /// Answers a request; never fails.
    ///
    /// A stream in the answer is to be read until its end or until its client is gone.
    public func respond(to request: ChatRequest) async -> ChatResponse {
        // Reading and writing JSON takes long enough to hold up the other connections of a server's loop.
        await offload { await answerAnyway(request) }
    }

    /// The answer to a request that a server refused before it was whole, in the form of every other error.
    ///
    /// - Parameters:
    ///   - status: 400 to 505.
    ///   - reason: a sentence for the peer, without a piece of the request in it.
    /// - Returns: the answer; the connection is to be closed behind it.
    public func refusal(status: Int, reason: String) -> ChatResponse {
        var response = APIFailure.refused(status, reason).response
        setDefaults(of: &response, requestID: ChatRequest.makeID())
        return response
    }

    /// Ends every live stream of a log, and each later one after what is there already.
    ///
    /// For a server that is about to drain: it then waits for no running reply, and the readers come back elsewhere.
    public func endStreams() {
        live.end()
    }

    private func answerAnyway(_ request: ChatRequest) async -> ChatResponse {
        var response: ChatResponse
        do {
            response = try await answer(to: request)
        } catch let failure as APIFailure {
            response = failure.response
        } catch let failure as AuthenticationFailure {
            response = APIFailure.unauthenticated(failure).response
        } catch {
            configuration.onEvent(.requestFailed(requestID: request.id, cause: "\(error)"))
            response = APIFailure.broken.response
        }
        crossOrigin.mark(&response, for: request)
        setDefaults(of: &response, requestID: request.id)
        return response
    }

    private func setDefaults(of response: inout ChatResponse, requestID: String) {
        response.setDefault("Cache-Control", "no-store")
        response.setDefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        response.setDefault("X-Content-Type-Options", "nosniff")
        response.setDefault("Referrer-Policy", "no-referrer")
        response.setDefault("X-Request-Id", requestID)
    }

    private func answer(to request: ChatRequest) async throws -> ChatResponse {
        let hosts = request.values(of: "host")
        guard hosts.count == 1, let host = HostHeader(hosts[0]) else { throw APIFailure.badHost }
        guard request.path.hasPrefix(configuration.pathPrefix) else { throw APIFailure.notFound }
        let path = String(request.path.dropFirst(configuration.pathPrefix.count))
        switch Route.match(request.method, path, assets: page.paths) {
        case .unknown:
            throw APIFailure.notFound
        case .wrongMethod where path == "/api/dev/sign-in" && configuration.developmentSignIn == nil:
            throw APIFailure.notFound
        case .wrongMethod(let allowed) where request.method == "OPTIONS":
            return try crossOrigin.answerOptions(request, allowed: allowed)
        case .wrongMethod(let allowed):
            throw APIFailure.wrongMethod(allowed: allowed)
        case .route(let route):
            return try await answer(route, request, host)
        }
    }

    private func answer(_ route: Route, _ request: ChatRequest, _ host: HostHeader) async throws -> ChatResponse {
        switch route {
        case .health: return ChatResponse(200, ["status": "ok"])
        case .description: return description
        case .configuration: return describeConfiguration(request, host)
        case .asset(let path): return page.answer(path, request, gatewayURL: gatewayURL(request, host))
        case .developmentSignIn: return try signIn(request, host)
        default: break
        }
        let uid = try await authenticator.uid(of: request)
        switch route {
        case .bind: return try await bind(request, uid)
        case .unbind: return try await unbind(request, uid)
        case .send: return try await send(request, uid)
        case .conversations: return try await listConversations(request, uid)
        case .conversation(let id): return try await readConversation(id, uid)
        case .change(let id): return try await changeConversation(id, request, uid)
        case .delete(let id): return try await deleteConversation(id, uid)
        case .edit(let id): return try await editMessage(id, request, uid)
        case .deleteMessage(let id): return try await deleteMessage(id, uid)
        case .messages(let id): return try await listMessages(id, request, uid)
        case .export(let id): return try await export(id, request, uid)
        case .usage: return try await readUsage(request, uid)
        case .log(let id): return try await readLog(id, request, uid)
        case .stop(let id): return try await stopReply(id, uid)
        case .regenerate(let id): return try await regenerateReply(id, request, uid)
        case .health, .description, .configuration, .asset, .developmentSignIn: throw APIFailure.notFound
        }
    }

    /// The fields of a JSON body; everything about the body that can be wrong is told before any field.
    func fields(of request: ChatRequest) throws(APIFailure) -> Fields {
        guard request.isJSON else { throw .noJSON }
        guard request.isUTF8 else { throw .noUTF8 }
        let json: JSON
        do {
            json = try JSON(parsing: request.body, maximumBytes: configuration.limits.bodyBytes)
        } catch .tooLarge {
            throw .bodyTooLarge
        } catch .tooDeep {
            throw .deepJSON
        } catch {
            throw .malformedJSON
        }
        guard case .object = json else { throw .noObject }
        return Fields(json: json)
    }
}

extension ChatRequest {
    /// Whether the body is said to be JSON, whatever parameters follow.
    var isJSON: Bool { contentType.first == "application/json" }

    /// Whether no parameter says that the body is in another charset than JSON's own.
    fileprivate var isUTF8: Bool {
        contentType.allSatisfy { !$0.hasPrefix("charset=") || $0 == "charset=utf-8" || $0 == "charset=utf8" }
    }

    /// The type and its parameters; nothing of a type that is there twice.
    private var contentType: [Substring] {
        let types = values(of: "content-type")
        guard types.count == 1 else { return [] }
        return types[0].lowercased().filter { $0 != " " && $0 != "\t" && $0 != "\"" }.split(separator: ";")
    }
}
