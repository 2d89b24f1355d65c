import ChatAPIKit
import DeepSeekKit
import JobQueueKit
import PlatformCore
import ServerCore

/// Counts what the kits tell, for `/metrics` and `status`: some events per answer, none per token.
final class Tally: Sendable {
    /// What goes on in the API and in this process's worker.
    private struct Activity {
        var api = HostStatus.API()
        var worker = HostStatus.Worker()
        var jobs: Set<JobID> = []
    }

    private struct Counts {
        var attempts = 0
        var finished = 0
        var failed = 0
        var attemptsFailed = 0
        var pushesFailed = 0
        var dispatchesFailed = 0
        var storeFailures = 0
        var requestsFailed = 0
        var calls = 0
        var callsFailed = 0
        var retries = 0
        var promptTokens = 0
        var cachedTokens = 0
        var completionTokens = 0
        var firstPieces = 0
        var secondsToFirstPiece = 0.0
        var secondsOfCalls = 0.0
    }

    private let counts = Lock(Counts())
    private let activity = Lock(Activity())

    func count(_ event: ChatEvent) {
        counts.withLock { counts in
            switch event {
            case .attemptStarted: counts.attempts += 1
            case .attemptFailed: counts.attemptsFailed += 1
            case .replyFinished: counts.finished += 1
            case .replyFailed: counts.failed += 1
            case .pushFailed: counts.pushesFailed += 1
            case .dispatchFailed: counts.dispatchesFailed += 1
            case .requestFailed: counts.requestsFailed += 1
            default: break
            }
        }
    }

    /// Counts a use of the chat's database that failed, whoever it was for.
    func countStoreFailure() {
        counts.withLock { $0.storeFailures += 1 }
    }

    func count(_ event: DeepSeekEvent) {
        counts.withLock { counts in
            switch event {
            case .retrying: counts.retries += 1
            case .failed: counts.callsFailed += 1
            case .finished(_, _, let firstPiece, let total, let usage, _):
                counts.calls += 1
                counts.secondsOfCalls += total / .seconds(1)
                if let firstPiece {
                    counts.firstPieces += 1
                    counts.secondsToFirstPiece += firstPiece / .seconds(1)
                }
                counts.promptTokens += usage?.promptTokens ?? 0
                counts.cachedTokens += usage?.promptCacheHitTokens ?? 0
                counts.completionTokens += usage?.completionTokens ?? 0
            case .slowedDown: break
            }
        }
    }

    func count(_ event: QueueEvent) {
        activity.withLock { activity in
            switch event {
            case .workerStarted(let concurrency): activity.worker.concurrency = concurrency
            case .started(let run): activity.jobs.insert(run.id)
            case .finished(let run, _):
                activity.worker.done += 1
                activity.jobs.remove(run.id)
            case .failed(let run, _, _):
                activity.worker.failed += 1
                activity.jobs.remove(run.id)
            case .snoozed(let run, _), .released(let run), .givenUp(let run, _), .leaseLost(let run),
                .abandoned(let run):
                activity.jobs.remove(run.id)
            default: break
            }
        }
    }

    /// Has a request to the API answered, and counts it, and its stream for as long as that is written.
    func answer(_ request: HTTPRequest, by respond: HTTPServer.Responder) async -> HTTPResponse {
        activity.withLock { activity in
            activity.api.requests += 1
            activity.api.requestsUnderWay += 1
        }
        var response = await respond(request)
        activity.withLock { $0.api.requestsUnderWay -= 1 }
        guard case .stream(let produce) = response.body else { return response }
        response.body = .stream { [self] writer in
            activity.withLock { $0.api.streams += 1 }
            defer { activity.withLock { $0.api.streams -= 1 } }
            try await produce(writer)
        }
        return response
    }

    /// What the API does.
    var api: HostStatus.API {
        var api = activity.withLock { $0.api }
        api.requestsFailed = counts.withLock { $0.requestsFailed }
        return api
    }

    /// What this process's worker does.
    var worker: HostStatus.Worker {
        activity.withLock { activity in
            var worker = activity.worker
            worker.running = activity.jobs.count
            return worker
        }
    }

    /// The figures of the HTTP API.
    func addAPI(to metrics: inout Metrics) {
        let counts = counts.withLock { $0 }
        let api = activity.withLock { $0.api }
        metrics.add("hawk_api_requests_total", .counter, api.requests, "Requests to the API and for the page.")
        metrics.add("hawk_api_streams", .gauge, api.streams, "Logs that are followed as streams.")
        metrics.add("hawk_api_requests_failed_total", .counter, counts.requestsFailed, "Requests answered with 500.")
    }

    /// The figures of the workers and of the model's server.
    func addWorkers(to metrics: inout Metrics) {
        let counts = counts.withLock { $0 }
        metrics.add("hawk_reply_attempts_total", .counter, counts.attempts, "Attempts at an answer that were begun.")
        metrics.add("hawk_reply_attempts_failed_total", .counter, counts.attemptsFailed, "Attempts that failed.")
        let ends = [("finished", counts.finished), ("failed", counts.failed)]
        metrics.add(
            "hawk_replies_total",
            .counter,
            ends.map { .init(labels: ["end": $0.0], value: Double($0.1)) },
            "Answers that ended here, those stopped by their user aside."
        )
        metrics.add("hawk_pushes_failed_total", .counter, counts.pushesFailed, "Pushes that reached no gateway.")
        metrics.add("hawk_dispatches_failed_total", .counter, counts.dispatchesFailed, "Jobs that were not enqueued.")
        addModel(counts, to: &metrics)
    }

    /// The figures of the chat's database.
    func addDatabase(to metrics: inout Metrics) {
        let failures = counts.withLock { $0.storeFailures }
        metrics.add("hawk_database_failures_total", .counter, failures, "Failed uses of the database.")
    }

    private func addModel(_ counts: Counts, to metrics: inout Metrics) {
        let ends = [("finished", counts.calls), ("failed", counts.callsFailed)]
        metrics.add(
            "hawk_deepseek_calls_total",
            .counter,
            ends.map { .init(labels: ["end": $0.0], value: Double($0.1)) },
            "Calls of the model's server, each with its retries."
        )
        metrics.add("hawk_deepseek_retries_total", .counter, counts.retries, "Requests that were sent again.")
        let tokens = [
            ("prompt", counts.promptTokens), ("prompt_cached", counts.cachedTokens),
            ("completion", counts.completionTokens),
        ]
        metrics.add(
            "hawk_deepseek_tokens_total",
            .counter,
            tokens.map { .init(labels: ["kind": $0.0], value: Double($0.1)) },
            "Tokens that the server has counted; the cached ones are among the prompt's."
        )
        metrics.add(
            "hawk_deepseek_call_seconds_total",
            .counter,
            [.init(value: counts.secondsOfCalls)],
            "Time of the calls that finished."
        )
        metrics.add(
            "hawk_deepseek_first_piece_seconds_total",
            .counter,
            [.init(value: counts.secondsToFirstPiece)],
            "Time until the first piece of an answer, over all that had one."
        )
        metrics.add(
            "hawk_deepseek_first_pieces_total",
            .counter,
            counts.firstPieces,
            "Answers that had a first piece."
        )
    }
}
