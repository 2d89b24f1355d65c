package import ChatAPIKit
import DeepSeekKit
import DeepSeekSimulator
import GatewayKit
package import JobQueueKit
import PlatformCore
import ServerCore

/// Joins the kits into the parts of a host, by its settings.
package struct Composition: Sendable {
    let settings: Settings
    let host: HostName
    let reload: ReloadRequest
    let observers: PortObservers
    let checkpoint: @Sendable (Checkpoint) async -> Void
    let logger: Logger
    let announcement: Announcement
    let admin = AdminDesk()
    let tally = Tally()

    package init(
        _ settings: Settings,
        host: HostName,
        reload: ReloadRequest = ReloadRequest(),
        observers: PortObservers = PortObservers(),
        checkpoint: @escaping @Sendable (Checkpoint) async -> Void = { _ in }
    ) {
        self.reload = reload
        self.observers = observers
        self.settings = settings
        self.host = host
        self.checkpoint = checkpoint
        logger = Logger(level: settings.logLevel, format: settings.logFormat)
        announcement = Announcement(host: host, settings: settings, observe: observers.opened)
    }

    /// What runs, in the order in which it is stopped.
    package func parts() async throws -> [HostPart] {
        switch host {
        case .hawk: try await hawk()
        case .server: try server()
        case .api: try api()
        case .queue: try queue { try await $0.run() }
        }
    }

    /// The Register alone, for a cluster whose gateways are elsewhere.
    package func register() throws -> [HostPart] {
        guard let register = makeRegister(secret: settings.secret ?? "") else {
            throw UsageError(problems: ["--register-listen is off: say where the Register listens"])
        }
        return [register]
    }

    /// What runs of the queue's host, and what `stop` is told when it ends by itself.
    package func queueParts(_ work: QueueCommands.Work, until stop: StopRequest) throws -> [HostPart] {
        if !work.endsWhenEmpty { announcement.say() }
        return try queue(isLogged: !work.isPrinted) { worker in
            try await worker.run(work)
            if work.endsWhenEmpty { await stop.ask("nothing is ready") }
        }
    }

    package func makeAuthenticator() throws -> JWTAuthenticator {
        let secret = try settings.authSecret ?? KeptSecret.read("\(settings.data)/auth-secret")
        return try JWTAuthenticator(
            secret: Array(secret.utf8),
            issuer: settings.authIssuer,
            audience: settings.authAudience
        )
    }
}

// MARK: - The four hosts

extension Composition {
    private func hawk() async throws -> [HostPart] {
        let secret = try settings.secret ?? KeptSecret.read("\(settings.data)/secret")
        let gateway = makeGateway(secret: secret)
        let store = try makeStore()
        let queue = try makeQueue()
        watch(gateway)
        watch(store)
        watch(queue)
        watchAPI()
        watchWorkers()
        let pusher = observers.pusher(GatewayPushClient(gateway: gateway.client, isAlone: true))
        let dispatcher = QueueDispatcher(queue: queue)
        let authenticator = try makeAuthenticator()
        let (generator, simulator) = try await makeGenerator(userKey: Array(secret.utf8))
        let runner = makeRunner(store, generator, pusher, dispatcher)
        var parts = [
            try makeAPI(store, authenticator, dispatcher, pusher, secret: secret, isSimulated: simulator != nil),
            makeSweeper(store, dispatcher),
            makeHousekeeper(store, pusher),
            makeWorker(queue, runner, makeTitler(store, generator, pusher)) { try await $0.run() },
            HostPart("gateway") { try await gateway.run() },
        ]
        if let register = makeRegister(secret: secret) { parts.append(register) }
        if let simulator { parts.append(simulator) }
        return parts
    }

    private func server() throws -> [HostPart] {
        let gateway = makeGateway(secret: settings.secret ?? "")
        watch(gateway)
        var parts = [HostPart("gateway", finish: gateway.finish) { try await gateway.run() }]
        if let certificate = settings.tlsCertificate, let key = settings.tlsKey {
            let watch = CertificateWatch(files: [certificate, key], gateway: gateway, logger: logger, reload: reload)
            parts.append(watch.part)
        }
        if let register = makeRegister(secret: settings.secret ?? "") { parts.append(register) }
        return parts
    }

    private func api() throws -> [HostPart] {
        let store = try makeStore()
        let client = makeRemoteClient()
        let queue = try makeQueue()
        watch(store)
        watch(queue)
        watch(client)
        watchAPI()
        return [
            try makeAPI(
                store,
                try makeAuthenticator(),
                QueueDispatcher(queue: queue),
                GatewayPushClient(gateway: client),
                secret: settings.secret,
                isSimulated: false
            ),
            HostPart("gateway client") { try await client.run() },
        ]
    }

    private func queue(
        isLogged: Bool = true,
        _ work: @escaping @Sendable (JobWorker) async throws -> Void
    ) throws -> [HostPart] {
        let store = try makeStore()
        let client = makeRemoteClient()
        let queue = try makeQueue(isLogged: isLogged)
        watch(store)
        watch(queue)
        watch(client)
        watchWorkers()
        let dispatcher = QueueDispatcher(queue: queue)
        let generator = try makeDeepSeek(
            key: settings.deepSeekKey ?? "",
            baseURL: settings.deepSeekURL,
            userKey: Array((settings.secret ?? "").utf8)
        )
        let pusher = observers.pusher(GatewayPushClient(gateway: client))
        let runner = makeRunner(store, generator, pusher, dispatcher)
        logger.log(LogLine(.info, "queue", "working", ["replies_at_once": "\(settings.concurrency)"]))
        return [
            makeSweeper(store, dispatcher),
            makeHousekeeper(store, pusher),
            makeWorker(queue, runner, makeTitler(store, generator, pusher), work),
            HostPart("gateway client") { try await client.run() },
        ]
    }
}

// MARK: - Their parts

extension Composition {
    private func makeGateway(secret: String) -> Gateway {
        // nil is the standard text, and an empty one is none.
        let message = settings.sendsInitMessage ? settings.initMessage : ""
        var limits = Gateway.Limits()
        // The handler reads pings only; PHP's workers get what PHP's gateway would take.
        limits.maxMessageBytes = settings.hasBusinessWorkers ? 10 << 20 : 4 << 10
        limits.maxConnections = min(limits.maxConnections, OpenFiles.limit / 2)
        var configuration = Gateway.Configuration(
            listen: settings.gatewayListen,
            innerListen: settings.innerListen,
            innerAdvertise: settings.innerAdvertise,
            registers: settings.innerListen == nil ? [] : settings.registers,
            secret: secret,
            businessWorkers: settings.hasBusinessWorkers,
            isInsecureAllowed: settings.isInsecure,
            loops: settings.loops,
            bindLifetime: settings.bindLifetime,
            allowedOrigins: settings.allowedOrigins.isEmpty ? nil : settings.allowedOrigins,
            trustedProxies: settings.trustedProxies,
            limits: limits,
            onEvent: { [logger, announcement] event in
                logger.log(event.line)
                announcement.note(event)
            }
        )
        if let certificate = settings.tlsCertificate, let key = settings.tlsKey {
            configuration.tls = TLS(certificate: certificate, key: key)
        }
        // Pages that workers serve know none of our messages.
        if settings.hasBusinessWorkers { configuration.dropMarker = { _, _ in "" } }
        // Without a greeting workers have the sockets to themselves.
        if settings.hasBusinessWorkers, !settings.sendsInitMessage { return Gateway(configuration) }
        return Gateway(configuration) { _ in InitHandler(message: message, secret: secret) }
    }

    private func makeRegister(secret: String) -> HostPart? {
        guard let listen = settings.registerListen else { return nil }
        let register = Register(
            .init(
                listen: listen,
                secret: secret,
                isInsecureAllowed: settings.isInsecure,
                onEvent: { [logger, announcement] event in
                    logger.log(event.line)
                    announcement.note(event)
                }
            )
        )
        return HostPart("register") { try await register.run() }
    }

    private func makeRemoteClient() -> RemoteGatewayClient {
        RemoteGatewayClient(
            .init(
                registers: settings.registers,
                secret: settings.secret ?? "",
                onEvent: { [logger] in logger.log($0.line) }
            )
        )
    }

    package func makeQueue(isLogged: Bool = true, mustExist: Bool = false) throws -> JobQueue {
        let store: any JobStore =
            switch settings.queue {
            case .sqlite(let path): try SQLiteJobStore(path: path, mustExist: mustExist)
            case .file(let directory): try FileJobStore(path: directory, mustExist: mustExist)
            case .memory: MemoryJobStore()
            }
        return JobQueue(
            store: store,
            configuration: .init(onEvent: { [logger, tally] event in
                tally.count(event)
                if isLogged { logger.log(event.line) }
            })
        )
    }

    private func makeGenerator(userKey: [UInt8]) async throws -> (DeepSeekGenerator, HostPart?) {
        if let key = settings.deepSeekKey {
            return (try makeDeepSeek(key: key, baseURL: settings.deepSeekURL, userKey: userKey), nil)
        }
        let simulator = DeepSeekSimulator(.init(listen: "127.0.0.1:0"))
        let address = try simulator.bind()
        announcement.opened(Door(.simulator, at: address))
        let generator = try makeDeepSeek(key: "simulated", baseURL: "http://\(address)", userKey: userKey)
        return (generator, HostPart("simulator") { try await simulator.run() })
    }

    private func makeDeepSeek(key: String, baseURL: String?, userKey: [UInt8]) throws -> DeepSeekGenerator {
        var configuration = DeepSeekClient.Configuration()
        if let baseURL { configuration.baseURL = baseURL }
        configuration.onEvent = { [logger, tally] in
            tally.count($0)
            logger.log($0.line)
        }
        let client = DeepSeekClient(apiKey: key, configuration: configuration)
        try client.validate()
        return DeepSeekGenerator(client: client, model: settings.model, userKey: userKey)
    }

    private func makeStore() throws -> SQLiteChatStore {
        let count = { @Sendable [tally] (_: ChatError) in tally.countStoreFailure() }
        return try SQLiteChatStore(path: settings.database, clock: .system, onFailure: count)
    }

    private func makeRunner(
        _ store: SQLiteChatStore,
        _ generator: any ReplyGenerator,
        _ pusher: any PushClient,
        _ dispatcher: QueueDispatcher
    ) -> ReplyRunner {
        var configuration = ReplyRunner.Configuration(
            systemPrompt: settings.systemPrompt,
            historyLimit: settings.historyLimit,
            onEvent: { [logger, tally] in
                tally.count($0)
                logger.log($0.line)
            }
        )
        configuration.checkpoint = checkpoint
        return ReplyRunner(
            store: store,
            generator: observers.generator(generator),
            pushClient: pusher,
            dispatcher: dispatcher,
            titles: settings.hasTitles ? dispatcher : nil,
            configuration: configuration
        )
    }

    private func makeTitler(
        _ store: SQLiteChatStore,
        _ generator: any ReplyGenerator,
        _ pusher: any PushClient
    ) -> ConversationTitler {
        ConversationTitler(
            store: store,
            generator: generator,
            pushClient: pusher,
            onEvent: { [logger] in logger.log($0.line) }
        )
    }

    private func makeHousekeeper(_ store: SQLiteChatStore, _ pusher: any PushClient) -> HostPart {
        let days = settings.retentionDays
        let housekeeper = Housekeeper(
            store: store,
            pushClient: pusher,
            configuration: .init(
                rules: TidyRules(
                    foldAfter: settings.foldAfter,
                    keepFor: days == 0 ? nil : .seconds(days * 86_400)
                ),
                onEvent: { [logger] in logger.log($0.line) }
            )
        )
        return HostPart("housekeeper") { await housekeeper.run() }
    }

    private func makeSweeper(_ store: SQLiteChatStore, _ dispatcher: QueueDispatcher) -> HostPart {
        let sweeper = ReplySweeper(
            store: store,
            dispatcher: dispatcher,
            configuration: .init(onEvent: { [logger] in logger.log($0.line) })
        )
        return HostPart("sweeper") { await sweeper.run() }
    }

    private func makeWorker(
        _ queue: JobQueue,
        _ runner: ReplyRunner,
        _ titler: ConversationTitler,
        _ work: @escaping @Sendable (JobWorker) async throws -> Void
    ) -> HostPart {
        let handlers = [runner.jobHandler, titler.jobHandler]
        let worker = JobWorker(queue: queue, handlers: handlers, concurrency: settings.concurrency)
        let finish = { @Sendable in
            worker.finish()
            await untilCancelled()
        }
        return HostPart("worker", drain: .seconds(30), finish: finish) { try await work(worker) }
    }

    private func makeAPI(
        _ store: SQLiteChatStore,
        _ authenticator: JWTAuthenticator,
        _ dispatcher: QueueDispatcher,
        _ pusher: any PushClient,
        secret: String?,
        isSimulated: Bool
    ) throws -> HostPart {
        var configuration = ChatAPI.Configuration(proof: secret.map { .required(secret: $0) } ?? .notRequired)
        configuration.gatewayURL = settings.gatewayURL
        configuration.gatewayPort = Int(settings.gatewayListen.split(separator: ":").last ?? "") ?? 8282
        configuration.tokenURL = settings.tokenURL
        configuration.developmentSignIn = settings.hasDevelopmentSignIn ? authenticator : nil
        configuration.isModelSimulated = isSimulated
        configuration.models = settings.models
        configuration.limits.sendsPerMinute = settings.sendsPerMinute
        configuration.limits.sendsPerMinutePerAddress = settings.sendsPerMinutePerAddress
        configuration.limits.runningReplies = settings.runningReplies
        configuration.limits.streamsPerUser = settings.streamsPerUser
        configuration.allowedOrigins = settings.allowedOrigins
        configuration.onEvent = { [logger, tally] in
            tally.count($0)
            logger.log($0.line)
        }
        configuration.checkpoint = checkpoint
        let api = try ChatAPI(
            configuration,
            store: store,
            authenticator: authenticator,
            dispatcher: dispatcher,
            pusher: pusher
        )
        let http = ChatHTTP(api: api, proxies: try TrustedProxies(settings.trustedProxies))
        var listening = HTTPServer.Configuration(listen: settings.apiListen)
        listening.events = { [logger] in logger.log($0.line) }
        listening.refusal = { http.refuse($0) }
        listening.maxConnections = min(listening.maxConnections, OpenFiles.limit / 4)
        listening.onListening = { [announcement] in announcement.opened(Door(.page, at: $0[0])) }
        let server = HTTPServer(listening) { [tally] in await tally.answer($0) { await http.respond(to: $0) } }
        return HostPart("api", drain: .seconds(15), finish: server.finish) {
            try await withTaskCancellationHandler {
                try await server.run()
            } onCancel: {
                api.endStreams()
            }
        }
    }
}
