internal import PlatformCore
internal import ServerCore

/// The requests received, the latest thousand of them or 32 MiB.
final class Records: Sendable {
    fileprivate struct State {
        var requests: [RecordedRequest] = []
        var bytes = 0
        var received = 0
        var openStreams = 0
        /// How often each question has come, for faults that hold a few times only.
        var seen: [String: Int] = [:]
    }

    private static let mostRequests = 1000
    private static let mostBytes = 32 << 20
    private let state = Lock(State())

    var openStreams: Int { state.withLock { $0.openStreams } }
    var received: Int { state.withLock { $0.received } }
    var requests: [RecordedRequest] { state.withLock { $0.requests } }

    /// Keeps a request; returns it with how many before it asked the same.
    func add(_ request: HTTPRequest, _ question: Question?) -> (request: RecordedRequest, earlier: Int) {
        state.withLock { state in
            state.received += 1
            let recorded = RecordedRequest(
                number: state.received,
                method: request.method,
                path: request.path,
                headers: request.headers.fields.map { .init(name: $0.name, value: Self.shown($0)) },
                body: request.body,
                question: question
            )
            state.requests.append(recorded)
            state.bytes += request.body.count
            state.shrink(to: (Self.mostRequests, Self.mostBytes))
            guard let text = question?.text else { return (recorded, 0) }
            defer { state.seen[text, default: 0] += 1 }
            return (recorded, state.seen[text, default: 0])
        }
    }

    /// Notes what became of a request.
    func note(_ number: Int, status: Int? = nil, ending: RecordedRequest.Ending? = nil) {
        state.withLock { state in
            // The numbers follow one another, unless some were forgotten in between.
            guard let index = state.requests.lastIndex(where: { $0.number == number }) else { return }
            if let status { state.requests[index].status = status }
            if let ending { state.requests[index].ending = ending }
        }
    }

    func streamBegan() { state.withLock { $0.openStreams += 1 } }
    func streamEnded() { state.withLock { $0.openStreams -= 1 } }

    /// Begins anew; streams that are open stay so.
    func forget() {
        state.withLock { state in
            (state.requests, state.bytes, state.seen) = ([], 0, [:])
        }
    }

    /// A key is nobody's business: that there is one is.
    private static func shown(_ field: HTTPHeaders.Field) -> String {
        guard HTTPHeaders.areEqual(field.name, "authorization") else { return field.value }
        return field.value.prefix { $0 != " " } + " …"
    }
}

extension Records.State {
    /// Drops the oldest, a quarter at a time so that this is rare.
    fileprivate mutating func shrink(to limit: (requests: Int, bytes: Int)) {
        guard requests.count > limit.requests || bytes > limit.bytes else { return }
        var dropped = 0
        while dropped < requests.count - 1, requests.count - dropped > limit.requests * 3 / 4 || bytes > limit.bytes {
            bytes -= requests[dropped].body.count
            dropped += 1
        }
        requests.removeFirst(dropped)
        if seen.count > 10 * limit.requests { seen = [:] }
    }
}
