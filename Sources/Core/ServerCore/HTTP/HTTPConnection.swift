/// One client's connection: reads requests, has each answered, keeps the order.
final class HTTPConnection: ByteStreamDelegate {
    enum Phase {
        /// Between requests.
        case idle
        /// A request has begun; how much of it is there.
        case reading(Partial)
        /// A task works on the answer.
        case responding
        /// The last answer is written, or the stream is closed.
        case closing
    }

    /// A request of which some is there.
    struct Partial {
        var head: RequestHead?
        var body: [UInt8] = []
    }

    /// How many bytes of further requests are kept while one is answered.
    private static let inputLimit = 64 << 10
    /// How many bytes of answers may wait for the client before its next request is looked at.
    private static let outputLimit = 256 << 10

    let stream: any ByteStream
    let site: HTTPSite
    var phase = Phase.idle
    var task: Task<Void, Never>?
    /// The body being streamed.
    var output: HTTPOutput?
    /// Whether the connection goes on behind that body.
    var keepsAliveAfterStream = false
    private var parser: RequestParser
    private var input: [UInt8] = []
    private var isPaused = false
    private var awaitsDrain = false
    private(set) var hasPeerEnded = false

    init(_ stream: any ByteStream, _ site: HTTPSite) {
        self.stream = stream
        self.site = site
        parser = RequestParser(limits: site.configuration.limits)
    }

    func start() {
        stream.start(self)
        stream.setDeadline(after: site.configuration.idleTimeout)
    }

    /// The server ends: closes now if nothing is under way.
    func drain() {
        if case .idle = phase { close() }
    }

    /// Answers by the server itself and closes.
    func refuse(_ violation: RequestViolation) {
        let context = ResponseEncoder.Context(keepsAlive: false)
        write(site.configuration.refusal(violation), context, path: "")
        close()
    }

    /// Sends what is written, and closes.
    func close() {
        phase = .closing
        stream.closeAfterFlush()
    }

    /// The answer is written: looks at the next request.
    func goOn() {
        phase = .idle
        guard stream.unsent <= Self.outputLimit else {
            awaitsDrain = true
            return pause()
        }
        stream.setDeadline(after: site.configuration.idleTimeout)
        let pending = input
        input = []
        if !pending.isEmpty {
            let used = pending.withUnsafeBytes { parse($0) }
            input = Array(pending[used...])
        }
        guard !isBusy else { return }
        if hasPeerEnded { return close() }
        resume()
    }

    func received(_ bytes: UnsafeMutableRawBufferPointer) {
        if isBusy || awaitsDrain {
            input.append(contentsOf: bytes)
            if input.count > Self.inputLimit { pause() }
        } else {
            let used = parse(UnsafeRawBufferPointer(bytes))
            input.append(contentsOf: bytes[used...])
        }
    }

    func peerEnded() {
        hasPeerEnded = true
        if output != nil {
            // Nobody is left to read a stream; who only half closed had its chance to ask for less.
            stream.close()
        } else if !isBusy, !awaitsDrain {
            close()
        }
    }

    func drained() {
        output?.drained()
        guard awaitsDrain else { return }
        awaitsDrain = false
        goOn()
    }

    func deadlinePassed() {
        switch phase {
        case .idle, .closing:
            close()
        case .reading:
            fail(.timedOut)
        case .responding:
            return
        }
    }

    func closed(_ end: StreamEnd) {
        phase = .closing
        task?.cancel()
        output?.leave()
        site.remove(self)
    }

    private var isBusy: Bool {
        switch phase {
        case .idle, .reading: false
        case .responding, .closing: true
        }
    }

    /// Reads until a request is complete; returns how many bytes that took.
    private func parse(_ bytes: UnsafeRawBufferPointer) -> Int {
        var used = 0
        do throws(RequestViolation) {
            while !isBusy {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[used...])
                let step = try parser.next(rest)
                used += step.consumed
                guard let event = step.event else { break }
                handle(event, rest, isLast: used == bytes.count)
            }
            noteBegin()
        } catch {
            fail(error)
        }
        return used
    }

    /// A request's first bytes start the clock for its head.
    private func noteBegin() {
        guard case .idle = phase, parser.isInRequest else { return }
        phase = .reading(Partial())
        stream.setDeadline(after: site.configuration.headTimeout)
    }

    private func handle(_ event: RequestParser.Event, _ bytes: UnsafeRawBufferPointer, isLast: Bool) {
        switch event {
        case .head(let head):
            phase = .reading(Partial(head: head))
            stream.setDeadline(after: site.configuration.bodyTimeout)
            // RFC 9110 10.1.1: not needed once the body is on its way.
            if head.expectsContinue, isLast { stream.write("HTTP/1.1 100 Continue\r\n\r\n") }
        case .body(let range):
            guard case .reading(var partial) = phase else { return }
            phase = .idle  // so that the body is not copied
            partial.body.append(contentsOf: bytes[range])
            phase = .reading(partial)
        case .end:
            guard case .reading(let partial) = phase, let head = partial.head else { return }
            stream.setDeadline(after: nil)
            respond(to: head, partial.body)
        }
    }

    private func fail(_ violation: RequestViolation) {
        site.configuration.events(.refused(violation, peer: stream.peer.description))
        refuse(violation)
    }

    private func pause() {
        guard !isPaused else { return }
        isPaused = true
        stream.pauseReading()
    }

    private func resume() {
        guard isPaused else { return }
        isPaused = false
        stream.resumeReading()
    }
}
