internal import PlatformCore

/// One call of the API from its first request to its end: sends, counts attempts, watches the deadlines.
struct Call {
    let client: DeepSeekClient
    let request: any APIRequest
    let isStreaming: Bool
    private(set) var attempts = 0
    private let began: ContinuousClock.Instant
    /// When the request in flight was sent.
    private var sent: ContinuousClock.Instant
    private var firstPiece: Duration?
    /// What every attempt sends, made for the first.
    private var prepared: (url: String, body: [UInt8]?)?
    /// The right to be under way, while it is.
    private var place: ConcurrencyLimit.Place?

    init(client: DeepSeekClient, request: any APIRequest, isStreaming: Bool) {
        self.client = client
        self.request = request
        self.isStreaming = isStreaming
        began = client.clock.now
        sent = began
    }

    private var configuration: DeepSeekClient.Configuration { client.configuration }
    private var totalDeadline: ContinuousClock.Instant { began + configuration.totalTimeout }
    private var firstDeadline: ContinuousClock.Instant { sent + configuration.firstByteTimeout }

    // MARK: Sending

    /// Sends the request and returns the answer if its status is 2xx.
    private mutating func open() async throws(DeepSeekError) -> TransportResponse {
        let (url, body) = try prepare()
        sent = client.clock.now  // waiting for a place is waiting for the first byte
        try await takePlace()
        attempts += 1
        let outgoing = TransportRequest(
            method: body == nil ? "GET" : "POST",
            url: url,
            headers: headers(hasBody: body != nil),
            body: body ?? [],
            connectTimeout: configuration.connectTimeout,
            headDeadline: min(firstDeadline, totalDeadline),
            deadline: totalDeadline
        )
        let response: TransportResponse
        do throws(TransportFailure) {
            response = try await client.transport.send(outgoing)
        } catch {
            throw self.error(of: error, waitingFor: .firstByte)
        }
        guard (200..<300).contains(response.status) else { throw await refusal(response) }
        if let coding = response.unknownCoding {
            let text = "the server packed its answer as \"\(coding.prefix(60))\", which was not asked for"
            throw DeepSeekError(.decoding, text).completed(from: response)
        }
        return response
    }

    private mutating func takePlace() async throws(DeepSeekError) {
        guard request.modelName != nil else { return }  // the account's limit counts what models answer
        place = await configuration.concurrencyLimit.place(before: min(firstDeadline, totalDeadline))
        if place != nil { return }
        if Task.isCancelled { throw error(of: TransportFailure(.cancelled), waitingFor: .firstByte) }
        var error = error(of: TransportFailure(.deadline), waitingFor: .firstByte)
        error.message += ": too many requests were under way"
        throw error
    }

    private mutating func prepare() throws(DeepSeekError) -> (url: String, body: [UInt8]?) {
        if let prepared { return prepared }
        if configuration.checksRequests { try request.check() }
        if let id = request.requestID, !(1...128).contains(id.utf8.count) || !id.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
        {
            throw DeepSeekError(.invalidRequest, "requestID: must be 1 to 128 visible ASCII characters")
        }
        let ready = (
            try client.endpoint(isBeta: request.isBeta).base + request.path,
            try request.body(isStreaming: isStreaming)
        )
        prepared = ready
        return ready
    }

    /// The whole answer as `read` understands its body, asked for again while that may help.
    mutating func run<Answer>(
        _ read: ([UInt8]) throws(DeepSeekError) -> Answer
    ) async throws(DeepSeekError) -> Answer {
        while true {
            do throws(DeepSeekError) {
                return try await runOnce(read)
            } catch {
                do throws(DeepSeekError) {
                    try await waitBeforeRetry(after: error)
                } catch {
                    throw reportFailed(error)
                }
            }
        }
    }

    private mutating func runOnce<Answer>(
        _ read: ([UInt8]) throws(DeepSeekError) -> Answer
    ) async throws(DeepSeekError) -> Answer {
        let response = try await open()
        do throws(DeepSeekError) {
            return try read(try await readWhole(response.body, limit: configuration.maximumEventBytes))
        } catch {
            throw error.completed(from: response)
        }
    }

    /// Sends the request for a stream and returns the answer, if it is one.
    mutating func openStream() async throws(DeepSeekError) -> TransportResponse {
        let response = try await open()
        guard let type = response.header("content-type")?.lowercased(), !type.hasPrefix("text/event-stream") else {
            return response
        }
        // A complaint as JSON, or a page of something in between.
        let body = try await readWhole(response.body, limit: 1 << 20)
        let error =
            ServerComplaint.read(body).map(DeepSeekError.complained)
            ?? DeepSeekError.unreadable("the server sent \(type.prefix(60)) instead of a stream", body)
        throw error.completed(from: response)
    }

    private func headers(hasBody: Bool) -> [TransportHeader] {
        var headers = configuration.additionalHeaders.sorted { $0.key < $1.key }.map {
            TransportHeader($0.key, $0.value)
        }
        var own = [
            TransportHeader("Accept", isStreaming ? "text/event-stream" : "application/json"),
            TransportHeader("User-Agent", "Hawk-DeepSeekKit"),
        ]
        if let id = request.requestID { own.append(TransportHeader("X-Request-Id", id)) }
        if hasBody { own.append(TransportHeader("Content-Type", "application/json")) }
        headers.removeAll { header in
            own.contains { $0.name.lowercased() == header.name.lowercased() }
                || header.name.lowercased() == "authorization"
        }
        headers += own
        if !client.apiKey.isEmpty { headers.append(TransportHeader("Authorization", "Bearer \(client.apiKey)")) }
        return headers
    }

    /// The error of an answer that is not 2xx; of its body only what fits an error is read.
    private func refusal(_ response: TransportResponse) async -> DeepSeekError {
        let patience = min(client.clock.now + min(configuration.idleTimeout, .seconds(10)), totalDeadline)
        var body: [UInt8] = []
        while body.count < 64 << 10, response.unknownCoding == nil,
            let more = try? await response.body.next(before: patience)
        { body += more }
        if Task.isCancelled { return error(of: TransportFailure(.cancelled), waitingFor: .total) }
        body.count < 64 << 10 ? response.body.finish() : response.body.cancel()
        return DeepSeekError.refused(response, body: body, now: WallClock.system.now())
    }

    // MARK: Receiving

    /// The next bytes of an answer, before whichever deadline comes first; nil at its end.
    ///
    /// Once a piece of it has arrived (`hasBegun`) only silence matters, not queueing. Once it is complete (since
    /// `finished`) what goes wrong takes nothing from it, and the formal end is not waited for long.
    func next(
        of body: any TransportBody,
        hasBegun: Bool,
        finished: ContinuousClock.Instant? = nil
    ) async throws(DeepSeekError) -> [UInt8]? {
        let now = client.clock.now
        var (deadline, phase) = (now + configuration.idleTimeout, DeepSeekError.TimeoutPhase.idle)
        if let finished { deadline = finished + min(configuration.idleTimeout, .seconds(5)) }
        if !hasBegun, firstDeadline < deadline { (deadline, phase) = (firstDeadline, .firstByte) }
        if totalDeadline < deadline { (deadline, phase) = (totalDeadline, .total) }
        do throws(TransportFailure) {
            // What is there already would be given however late it is: a server that never pauses must not win by that.
            guard now < deadline else { throw TransportFailure(.deadline) }
            return try await body.next(before: deadline)
        } catch {
            if finished != nil, error.reason != .cancelled { return nil }
            throw self.error(of: error, waitingFor: phase)
        }
    }

    /// Reads an answer that is not streamed; blank lines before it are the server's keep-alives.
    private func readWhole(_ body: any TransportBody, limit: Int) async throws(DeepSeekError) -> [UInt8] {
        var whole: [UInt8] = []
        var received = 0
        while let more = try await next(of: body, hasBegun: !whole.isEmpty) {
            received += more.count
            whole += whole.isEmpty ? Array(more.drop { $0 == 0x0A || $0 == 0x0D || $0 == 0x20 }) : more
            guard received <= limit else {
                throw DeepSeekError(.decoding, "the answer is longer than \(limit) bytes")
            }
        }
        return whole
    }

    private func error(of failure: TransportFailure, waitingFor phase: DeepSeekError.TimeoutPhase) -> DeepSeekError {
        switch failure.reason {
        case .cancelled: DeepSeekError(.cancelled, "the request was cancelled")
        case .connectTimeout:
            DeepSeekError(.timedOut(.connect), "no connection within \(configuration.connectTimeout)")
        case .deadline where phase == .total || client.clock.now >= totalDeadline:
            DeepSeekError(.timedOut(.total), "no end within \(configuration.totalTimeout)")
        case .deadline where phase == .firstByte:
            DeepSeekError(.timedOut(.firstByte), "no first piece within \(configuration.firstByteTimeout)")
        case .deadline: DeepSeekError(.timedOut(.idle), "no byte for \(configuration.idleTimeout)")
        case .interrupted: DeepSeekError(.streamCut, "the connection broke: \(failure.text)")
        case .untrusted: DeepSeekError(.untrusted, failure.text)
        case .unreachable: DeepSeekError(.transport, "no connection: \(failure.text)")
        case .tooLarge: DeepSeekError(.decoding, "the answer's head is too large")
        }
    }

    // MARK: Ending

    /// Waits before the next attempt, or throws the error when there is none.
    mutating func waitBeforeRetry(after error: DeepSeekError) async throws(DeepSeekError) {
        let isRefused = error.code == .rateLimited || error.code == .overloaded
        if let limit = place?.end(isRefused ? .refused : .other) { configuration.onEvent(.slowedDown(limit: limit)) }
        place = nil
        let draw = Double.random(in: 0...1)
        guard let delay = configuration.retry.delay(afterAttempt: attempts, failedWith: error, draw: draw),
            client.clock.now + delay < totalDeadline
        else { throw error }
        configuration.onEvent(
            .retrying(attempt: attempts, delay: delay, error: finished(error), requestID: request.requestID)
        )
        do {
            try await Task.sleep(for: delay, clock: client.clock)
        } catch {
            throw DeepSeekError(.cancelled, "the request was cancelled")
        }
    }

    /// Notes that a piece of the answer has arrived.
    mutating func noteFirstPiece() {
        if firstPiece == nil { firstPiece = client.clock.now - began }
    }

    mutating func reportFinished(_ usage: Usage?) {
        place?.end(.answered)
        place = nil
        configuration.onEvent(
            .finished(
                model: request.modelName,
                attempts: attempts,
                firstPiece: firstPiece,
                total: client.clock.now - began,
                usage: usage,
                requestID: request.requestID
            )
        )
    }

    /// Completes an error with what the call knows, tells it, and returns it to be thrown.
    func reportFailed(_ error: DeepSeekError) -> DeepSeekError {
        let error = finished(error)
        configuration.onEvent(.failed(error, requestID: request.requestID))
        return error
    }

    private func finished(_ error: DeepSeekError) -> DeepSeekError {
        var error = error.without(client.secrets)
        error.attempts = attempts
        return error
    }
}
