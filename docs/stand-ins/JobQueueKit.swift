import Foundation
struct SendMail: Job { static let name = "send-mail"; var to: String }
struct Resize: Job { static let name = "resize"; var image: Int }
struct Mailer { func send(to: String) async throws {} }
@Sendable func report(_ job: SendMail, _ reason: String) async {}
let mailer = Mailer()
let sendMail = JobHandler(SendMail.self) { _, _ in .done }
let resize = JobHandler(Resize.self) { _, _ in .done }
let queue = JobQueue(store: MemoryJobStore())
let worker = JobWorker(queue: queue, handlers: [sendMail])
