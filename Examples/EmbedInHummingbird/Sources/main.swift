// Hawk's kits inside a Hummingbird server, on one port:
//
//     GET  /                          Hummingbird's own route
//     *    /assistant/…               ChatAPIKit: its page, /assistant/api/chat/send and all the rest
//     ws   /sockets/adopt             sockets that the gateway takes over from Hummingbird
//     ws   /sockets/attach            sockets that Hummingbird keeps and the gateway uses
//     GET  /metrics                   what swift-metrics was told
//
// Read this file, then Sockets.swift and AdoptHandler.swift for the sockets, ChatRoute.swift for the API, Answers.swift for
// the worker, Observing.swift for logs and metrics. `check.sh` builds it, starts it and tries each of these.

import ChatAPIKit
import Foundation
import GatewayKit
import Hummingbird
import JobQueueKit
import Logging
import Metrics
import MetricsTestKit
import ServiceLifecycle

let environment = ProcessInfo.processInfo.environment
let port = environment["PORT"].flatMap { Int($0) } ?? 8080
let data = environment["DATA"] ?? "data"
let secret = environment["SECRET"] ?? "what the gateway and the API of one site share"

// Backends are the application's choice; these two are those that every package brings along.
LoggingSystem.bootstrap(StreamLogHandler.standardError)
let metrics = TestMetrics()
MetricsSystem.bootstrap(metrics)
var logger = Logger(label: "site")
logger.logLevel = .debug

// The gateway. It listens nowhere: its sockets come from Hummingbird. Its default handler greets each with a client_id and
// a proof, by which a signed-in page ties the socket to its user.
var sockets = Gateway.Configuration(secret: secret)
sockets.onEvent = { [logger] in logger.log($0.entry) }
let gateway = Gateway(sockets)

// The queue, its worker, and the chat, joined by the adapters in Answers.swift.
let observer = QueueObserver(logger: logger)
let queue = JobQueue(
    store: try SQLiteJobStore(path: "\(data)/queue.sqlite"),
    configuration: .init(onEvent: { observer.heard($0) })
)
let store = try SQLiteChatStore(path: "\(data)/chat.sqlite")
let runner = ReplyRunner(
    store: store,
    generator: Parrot(),
    pushClient: Sockets(gateway: gateway),
    dispatcher: Answers(queue: queue),
    configuration: .init(onEvent: { [logger] in logger.log($0.entry) })
)
let worker = JobWorker(queue: queue, handlers: [runner.handler], concurrency: 4)
let sweeper = ReplySweeper(store: store, dispatcher: Answers(queue: queue))

var chat = ChatAPI.Configuration(proof: .required(secret: secret))
chat.pathPrefix = "/assistant"
chat.onEvent = { [logger] in logger.log($0.entry) }
let api = try ChatAPI(
    chat,
    store: store,
    authenticator: SiteSessions(),
    dispatcher: Answers(queue: queue),
    pusher: Sockets(gateway: gateway)
)

let router = Router()
router.get("/") { _, _ in "a site in Hummingbird\n" }
router.get("/metrics") { _, _ in metrics.text }
api.mount(on: router, at: "/assistant")

let application = Application(
    router: router,
    server: .init { responder in SiteChannel(responder: responder, gateway: gateway) },
    configuration: .init(address: .hostname("127.0.0.1", port: port)),
    onServerRunning: { channel in
        print("http://127.0.0.1:\(channel.localAddress?.port ?? 0)/")
        fflush(nil)
    },
    logger: logger
)

// What ends first is last: the gateway says goodbye to its sockets, then the worker lets its jobs come to their end, then
// Hummingbird closes its port.
let group = ServiceGroup(
    configuration: .init(
        services: [
            application,
            UntilCancelled { await sweeper.run() },
            UntilCancelled { try await worker.run() },
            UntilCancelled { await GatewayMetrics(gateway: gateway).run() },
            UntilCancelled { try await gateway.run() },
        ],
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: logger
    )
)
try await group.run()

/// Anything of Hawk's that runs, as a service: it drains and returns when its task is cancelled.
struct UntilCancelled: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws { try await cancelWhenGracefulShutdown(body) }
}
