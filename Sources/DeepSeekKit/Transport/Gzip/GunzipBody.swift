internal import PlatformCore

/// A packed body, unpacked as it is taken: its reader's pace still holds the server back, and limits count what they see.
final class GunzipBody: TransportBody {
    private static let mostAtOnce = 64 << 10
    private let packed: any TransportBody
    private let gunzip = Lock(Gunzip())

    init(_ packed: any TransportBody) {
        self.packed = packed
    }

    func next(before deadline: ContinuousClock.Instant) async throws(TransportFailure) -> [UInt8]? {
        while true {
            if let bytes = try unpack() { return bytes }
            guard let more = try await packed.next(before: deadline) else { break }
            gunzip.withLock { $0.feed(more) }
        }
        guard gunzip.withLock({ !$0.isWithinMember }) else {
            throw TransportFailure(.interrupted, "the packed answer ended too early")
        }
        return nil
    }

    func finish() { packed.finish() }
    func cancel() { packed.cancel() }

    private func unpack() throws(TransportFailure) -> [UInt8]? {
        do throws(Gunzip.Damaged) {
            return try gunzip.withLock { (gunzip) throws(Gunzip.Damaged) in try gunzip.next(limit: Self.mostAtOnce) }
        } catch {
            packed.cancel()
            throw TransportFailure(.interrupted, "the answer is not the gzip it says it is")
        }
    }
}
