/// The consumer's hold on a transfer: letting go of it cancels what is still running.
final class CurlBody: TransportBody {
    private let transfer: CurlTransfer

    init(_ transfer: CurlTransfer) {
        self.transfer = transfer
    }

    deinit {
        transfer.abandon()
    }

    func head() async throws(TransportFailure) -> CurlTransfer.Head {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { transfer.waitForHead($0) }
        } onCancel: {
            transfer.cancel()
        }
        return try result.get()
    }

    func next(before deadline: ContinuousClock.Instant) async throws(TransportFailure) -> [UInt8]? {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { transfer.waitForBytes(before: deadline, $0) }
        } onCancel: {
            transfer.cancel()
        }
        return try result.get()
    }

    func finish() {
        transfer.finish()
    }

    func cancel() {
        transfer.cancel()
    }
}
