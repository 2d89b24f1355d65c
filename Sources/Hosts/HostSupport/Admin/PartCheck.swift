import PlatformCore

/// Looks at one part of a host for all who ask.
///
/// Whoever asks while a look is under way gets the answer of that one, and so does who asks soon after it: a look may cost a
/// write to the disk, and anybody who reaches the port may ask as often as he likes.
final class PartCheck: Sendable {
    private struct Look {
        let number: Int
        let task: Task<String?, Never>
        var ended: ContinuousClock.Instant?
    }

    /// How long a look may take before the part counts as not ready.
    private static let patience: Duration = .seconds(3)

    let name: String
    private let lifetime: Duration
    private let check: AdminDesk.Check
    private let last = Lock<Look?>(nil)

    /// `check` throws what is wrong; its answer holds for `lifetime`.
    init(_ name: String, lifetime: Duration, _ check: @escaping AdminDesk.Check) {
        self.name = name
        self.lifetime = lifetime
        self.check = check
    }

    /// What is wrong with the part, if anything is; comes in time even if the look does not end, cancelled or not.
    func problem() async -> String? {
        let look = look()
        return await withCheckedContinuation { continuation in
            let asker = Lock<CheckedContinuation<String?, Never>?>(continuation)
            let answer = { @Sendable (problem: String?) in
                asker.withLock { $0.take() }?.resume(returning: problem)
            }
            let timer = Task {
                try? await Task.sleep(for: Self.patience)
                answer("no answer within \(Self.patience)")
            }
            Task {
                answer(await look.value)
                timer.cancel()
            }
        }
    }

    /// The look under way, or one that has just ended, or a new one.
    private func look() -> Task<String?, Never> {
        last.withLock { last in
            if let look = last, look.ended.map({ $0 + lifetime > .now }) ?? true { return look.task }
            let number = (last?.number ?? 0) + 1
            let task = Task { [self] in
                let problem = await self.look(check)
                self.last.withLock { if $0?.number == number { $0?.ended = .now } }
                return problem
            }
            last = Look(number: number, task: task)
            return task
        }
    }

    private func look(_ check: AdminDesk.Check) async -> String? {
        do {
            try await check()
            return nil
        } catch {
            return "\(error)"
        }
    }
}
