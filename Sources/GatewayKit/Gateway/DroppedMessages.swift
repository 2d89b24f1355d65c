/// What was not sent to a client since it became too slow; only such clients have one.
final class DroppedMessages {
    private(set) var messages = 0
    private(set) var bytes = 0
    private var toldMessages = 0
    private var toldBytes = 0

    /// Counts a message; whether it is the first since the handler was told.
    func add(_ count: Int) -> Bool {
        messages += 1
        bytes += count
        return messages == toldMessages + 1
    }

    /// What the handler does not know yet; nil if it knows all.
    func takeUntold() -> (messages: Int, bytes: Int)? {
        guard messages > toldMessages else { return nil }
        defer { (toldMessages, toldBytes) = (messages, bytes) }
        return (messages - toldMessages, bytes - toldBytes)
    }
}
