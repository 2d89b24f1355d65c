import JobQueueKit
import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Pushes until the disk is full, goes on as far as that lets it, and then makes space.
///
/// The store's directory must be a small disk. Notes what it does as a script, so that `check` can tell what is to
/// be there.
struct FullDisk {
    private let place: ChaosStore
    private let log: LineFile
    private let ballast: String

    init(_ place: ChaosStore) throws {
        self.place = place
        log = try LineFile(place.log)
        ballast = "\(place.disk)/ballast"
    }

    func run() async throws {
        try LineFile(ballast).append([String(repeating: "x", count: 1 << 20)])
        let store = try place.open()
        var number = 0
        while try await push(number, bytes: 3000, to: store) { number += 1 }
        try fill()
        var refused = 0
        for _ in 0..<50 {
            number += 1
            if try await !push(number, bytes: 10, to: store) { refused += 1 }
        }
        try promise(refused > 0, "a full disk refuses something")
        let settled = try await settleSome(of: store)
        _ = try await orFull { try place.open() }
        _ = try await store.statistics()
        unlink(ballast)
        number += 1
        try promise(try await push(number, bytes: 3000, to: store), "a push succeeds when there is space again")
        try promise(try await settleSome(of: store) > 0, "and so does settling")
        print(
            "\(place.driver): \(number) pushes, \(refused) of 50 small ones refused by the full disk, \(settled) jobs settled on it"
        )
    }

    /// Pushes one job or three; false if the disk is full.
    private func push(_ number: Int, bytes: Int, to store: any JobStore) async throws -> Bool {
        let labels = (0..<(number % 3 == 0 ? 3 : 1)).map { "\(number)-\($0)" }
        let jobs = try labels.map { label in
            let padding = String(repeating: " ", count: bytes)
            return try NewJob(name: "full", payload: Array((label + padding).utf8))
        }
        try log.append(["push " + labels.joined(separator: " ")])
        guard try await orFull({ try await store.push(jobs) }) != nil else { return false }
        try log.append(["pushed " + labels.joined(separator: " ")])
        return true
    }

    /// Runs a few jobs as far as the disk lets it, and returns how many were settled.
    private func settleSome(of store: any JobStore) async throws -> Int {
        let reserved = try await orFull {
            try await store.reserve(max: 6, channels: [.default], owner: .current, lease: .seconds(60))
        }
        var count = 0
        for (index, job) in (reserved ?? []).enumerated() {
            let outcome: Outcome = index % 2 == 0 ? .done : .failure(reason: "full", retryAfter: .zero)
            let word = "\(index % 2 == 0 ? "done" : "back") \(job.label)"
            try log.append(["settle \(word)"])
            guard let result = try await orFull({ try await store.settle([(job.token, outcome)]) }) else { continue }
            try promise(result == [true], "\(job.label) is this process's to settle")
            try log.append(["settled \(word)"])
            count += 1
        }
        return count
    }

    /// Takes the rest of the space, to the last byte.
    private func fill() throws {
        let descriptor = open(ballast, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("open \(ballast)") }
        defer { close(descriptor) }
        let bytes = [UInt8](repeating: 0, count: 4096)
        for size in [4096, 512, 1] { while write(descriptor, bytes, size) > 0 {} }
    }

    /// What a step returns; nil if it says that the disk is full, which is the only thing it may say.
    private func orFull<Value>(_ step: () async throws -> Value) async throws -> Value? {
        do {
            return try await step()
        } catch let error as QueueError where error.code == .full {
            return nil
        }
    }
}
