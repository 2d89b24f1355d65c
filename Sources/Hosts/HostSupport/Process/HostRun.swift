package import PlatformCore

/// A part of a host that runs until it is told to stop.
package struct HostPart: Sendable {
    /// What logs call it.
    let name: String
    /// How long it may take to drain once it is cancelled.
    let drain: Duration
    /// Takes nothing new, and returns when what it is at has ended, however long that takes; nil for a part that is never
    /// at something that should end by itself.
    let finish: (@Sendable () async -> Void)?
    /// Ends normally when its task is cancelled.
    let run: @Sendable () async throws -> Void

    package init(
        _ name: String,
        drain: Duration = .seconds(10),
        finish: (@Sendable () async -> Void)? = nil,
        _ run: @escaping @Sendable () async throws -> Void
    ) {
        self.name = name
        self.drain = drain
        self.finish = finish
        self.run = run
    }
}

/// Runs the parts of a host together and stops them one after the other.
///
/// Parts stop in the order they are given, each drained before the next is told: what takes requests goes first, what
/// others still need goes last. A part that ends by itself or fails stops them all. Asked to finish, each may first come to
/// the end of what it is at.
package struct HostRun: Sendable {
    private let parts: [HostPart]
    private let log: @Sendable (LogLine) -> Void

    package init(parts: [HostPart], log: @escaping @Sendable (LogLine) -> Void) {
        self.parts = parts
        self.log = log
    }

    /// Returns when every part has ended: true if that was asked for, false if a part failed or ended by itself.
    package func run(until stop: StopRequest) async -> Bool {
        let tasks = parts.map { part in
            Task {
                do {
                    try await part.run()
                    await stop.request("\(part.name) ended") { log(LogLine(.error, "host", "\(part.name) ended")) }
                } catch {
                    let isFirst = await stop.request("\(part.name) failed") {
                        log(LogLine(.error, "host", "\(part.name) failed: \(error)"))
                    }
                    if !isFirst { log(LogLine(.warning, "host", "\(part.name) ended with an error: \(error)")) }
                }
            }
        }
        let reason = await stop.wait()
        let finishes = await stop.state == .finishing
        log(LogLine(.info, "host", finishes ? "finishing" : "stopping", ["reason": reason]))
        for (part, task) in zip(parts, tasks) {
            if finishes, let finish = part.finish {
                log(LogLine(.info, "host", "\(part.name) takes nothing new and finishes what it is at"))
                await first(of: [finish, { @Sendable in await task.value }, { @Sendable in await stop.hurry() }])
            }
            task.cancel()
            let drain = part.drain
            let hasEnded: Bool = await first(of: [
                { @Sendable in
                    await task.value
                    return true
                },
                { @Sendable in
                    try? await Task.sleep(for: drain)
                    return false
                },
            ])
            if !hasEnded {
                log(LogLine(.warning, "host", "\(part.name) did not end within \(part.drain)"))
            }
        }
        return await stop.wasAskedFor
    }

    /// What the first of them to return returns; the others are cancelled, and not waited for.
    @discardableResult
    private func first<Value: Sendable>(of bodies: [@Sendable () async -> Value]) async -> Value {
        let waiter = Lock<CheckedContinuation<Value, Never>?>(nil)
        var tasks: [Task<Void, Never>] = []
        let value = await withCheckedContinuation { continuation in
            waiter.withLock { $0 = continuation }
            tasks = bodies.map { body in
                Task {
                    let value = await body()
                    waiter.withLock { $0.take() }?.resume(returning: value)
                }
            }
        }
        for task in tasks { task.cancel() }
        return value
    }
}

/// A wish to stop, expressed once, by a signal or by a part that ended; one to finish first may be followed by one to hurry.
package actor StopRequest {
    private var reason: String?
    private var waiters: [CheckedContinuation<String, Never>] = []
    private var isHurried = false
    private var hurried: [CheckedContinuation<Void, Never>] = []
    /// How far the host is.
    private(set) var state = HostStatus.State.running
    /// Whether a signal asked, rather than a part that ended by itself.
    private(set) var wasAskedFor = false

    package init() {}

    /// Whether anybody has asked, or a part has ended.
    var isAsked: Bool { reason != nil }

    /// Asks for an orderly stop on behalf of a signal, at once or when what runs has ended.
    ///
    /// - Returns: false when nobody waits for it (yet).
    @discardableResult
    package func ask(_ reason: String, finishing: Bool = false) -> Bool {
        let isAwaited = !waiters.isEmpty || self.reason != nil
        if request(reason) {
            wasAskedFor = true
            if finishing { state = .finishing }
        } else if !finishing {
            state = .stopping
            isHurried = true
            for waiter in hurried { waiter.resume() }
            hurried = []
        }
        return isAwaited
    }

    /// The first reason wins; true if this was the first, and then `say` is called before anybody hears of it.
    @discardableResult
    func request(_ reason: String, _ say: @Sendable () -> Void = {}) -> Bool {
        guard self.reason == nil else { return false }
        self.reason = reason
        state = .stopping
        say()
        for waiter in waiters { waiter.resume(returning: reason) }
        waiters = []
        return true
    }

    /// Returns when one who asked to finish wants to stop nevertheless.
    func hurry() async {
        if !isHurried { await withCheckedContinuation { hurried.append($0) } }
    }

    func wait() async -> String {
        if let reason { return reason }
        return await withCheckedContinuation { waiters.append($0) }
    }
}
