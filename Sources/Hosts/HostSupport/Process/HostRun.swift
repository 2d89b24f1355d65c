package import PlatformCore

/// A part of a host that runs until it is told to stop.
package struct HostPart: Sendable {
    /// What logs call it.
    let name: String
    /// How long it may take to drain once it is cancelled.
    let drain: Duration
    /// Ends normally when its task is cancelled.
    let run: @Sendable () async throws -> Void

    package init(_ name: String, drain: Duration = .seconds(10), _ run: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.drain = drain
        self.run = run
    }
}

/// Runs the parts of a host together and stops them one after the other.
///
/// Parts stop in the order they are given, each drained before the next is told: what takes requests goes first, what
/// others still need goes last. A part that ends by itself or fails stops them all.
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
        log(LogLine(.info, "host", "stopping", ["reason": reason]))
        for (part, task) in zip(parts, tasks) {
            task.cancel()
            if await !ended(task, within: part.drain) {
                log(LogLine(.warning, "host", "\(part.name) did not end within \(part.drain)"))
            }
        }
        return await stop.wasAskedFor
    }

    private func ended(_ task: Task<Void, Never>, within limit: Duration) async -> Bool {
        let waiter = Lock<CheckedContinuation<Bool, Never>?>(nil)
        let finish: @Sendable (Bool) -> Void = { hasEnded in
            waiter.withLock { slot in
                defer { slot = nil }
                return slot
            }?.resume(returning: hasEnded)
        }
        return await withCheckedContinuation { continuation in
            waiter.withLock { $0 = continuation }
            Task {
                await task.value
                finish(true)
            }
            Task {
                try? await Task.sleep(for: limit)
                finish(false)
            }
        }
    }
}

/// A wish to stop, expressed once, by a signal or by a part that ended.
package actor StopRequest {
    private var reason: String?
    private var waiters: [CheckedContinuation<String, Never>] = []
    /// Whether a signal asked, rather than a part that ended by itself.
    private(set) var wasAskedFor = false

    package init() {}

    /// Whether anybody has asked, or a part has ended.
    var isAsked: Bool { reason != nil }

    /// Asks for an orderly stop on behalf of a signal.
    ///
    /// - Returns: false when nobody waits for it (yet).
    @discardableResult
    package func ask(_ reason: String) -> Bool {
        let isAwaited = !waiters.isEmpty
        if request(reason) { wasAskedFor = true }
        return isAwaited
    }

    /// The first reason wins; true if this was the first, and then `say` is called before anybody hears of it.
    @discardableResult
    func request(_ reason: String, _ say: @Sendable () -> Void = {}) -> Bool {
        guard self.reason == nil else { return false }
        self.reason = reason
        say()
        for waiter in waiters { waiter.resume(returning: reason) }
        waiters = []
        return true
    }

    func wait() async -> String {
        if let reason { return reason }
        return await withCheckedContinuation { waiters.append($0) }
    }
}
