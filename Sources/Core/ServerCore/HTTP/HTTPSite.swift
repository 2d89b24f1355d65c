import PlatformCore

/// A server's part on one loop: its connections there, and what they share.
final class HTTPSite {
    /// How long tasks may take to end once they are cancelled.
    private static let cancelLimit: Duration = .seconds(2)

    let service: HTTPService
    let loop: EventLoop
    /// Whether connections close behind the request under way.
    private(set) var isDraining = false

    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var tasks = 0
    /// Who wait until nothing is left.
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var date: [UInt8] = []
    private var dateSecond: Int64 = -1

    init(_ service: HTTPService, _ loop: EventLoop) {
        self.service = service
        self.loop = loop
    }

    var configuration: HTTPServer.Configuration { service.configuration }

    /// Takes a new connection; one too many is told so.
    func accept(_ stream: any ByteStream) {
        let mayEnter = service.enter()
        let connection = HTTPConnection(stream, self)
        connections[ObjectIdentifier(connection)] = connection
        connection.start()
        if !mayEnter {
            configuration.events(.full(peer: stream.peer.description))
            connection.refuse(RequestViolation(503, "there are too many connections"))
        } else if isDraining {
            connection.drain()
        }
    }

    func remove(_ connection: HTTPConnection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        service.leave()
        checkDrained()
    }

    func taskBegan() {
        tasks += 1
    }

    func taskEnded() {
        tasks -= 1
        checkDrained()
    }

    /// The `Date` line, made once a second.
    func dateLine() -> [UInt8] {
        let second = WallClock.system.now() / 1000
        if second != dateSecond {
            dateSecond = second
            date = ResponseEncoder.dateLine(second)
        }
        return date
    }

    /// Closes idle connections at once and the others behind their request, and resumes when all are gone and every task
    /// has ended.
    func finish(_ continuation: CheckedContinuation<Void, Never>) {
        isDraining = true
        waiting.append(continuation)
        for connection in Array(connections.values) { connection.drain() }
        checkDrained()
    }

    /// The same, but when too much time has passed it resumes at any rate.
    func drain(_ continuation: CheckedContinuation<Void, Never>) {
        finish(continuation)
        loop.schedule(after: configuration.drainTimeout) { [self] in
            guard !waiting.isEmpty else { return }
            if !connections.isEmpty { configuration.events(.drainTimedOut(connections: connections.count)) }
            for connection in Array(connections.values) { connection.stream.close() }
            loop.schedule(after: Self.cancelLimit) { [self] in endWaiting() }
        }
    }

    private func checkDrained() {
        if isDraining, connections.isEmpty, tasks == 0 { endWaiting() }
    }

    private func endWaiting() {
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
