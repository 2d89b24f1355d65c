/// Writes the body of a streamed response, no faster than the client takes it.
package struct HTTPBodyWriter: Sendable {
    private let output: LoopBound<HTTPOutput>

    init(_ output: LoopBound<HTTPOutput>) {
        self.output = output
    }

    /// Sends a piece of the body; an empty piece is nothing.
    ///
    /// Returns at once while fewer than 64 KiB wait, else when the system has taken everything. What is written in one
    /// turn of the loop goes out together at its end. From any executor; cheapest on the loop, where the closure runs.
    ///
    /// - Throws: `HTTPClientGone` when nobody will read it: the task is cancelled by then, too. `CancellationError` when
    ///   the caller's task is cancelled; the body then stays incomplete.
    package func write(_ bytes: [UInt8]) async throws {
        try Task.checkCancellation()
        let loop = output.loop
        let output = output
        let taken = loop.isCurrent ? output.value.write(bytes) : await loop.perform { output.value.write(bytes) }
        switch taken {
        case .taken: return
        case .full: try await waitForRoom()
        case .gone, nil: throw HTTPClientGone()
        }
    }

    /// Sends text as UTF-8.
    package func write(_ text: String) async throws {
        try await write(Array(text.utf8))
    }

    private func waitForRoom() async throws {
        let output = output
        let hasRoom = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let accepted = output.loop.execute { output.value.whenDrained(continuation) }
                if !accepted { continuation.resume(returning: false) }
            }
        } onCancel: {
            output.loop.execute { output.value.leave() }
        }
        try Task.checkCancellation()
        guard hasRoom else { throw HTTPClientGone() }
    }
}

/// The client closed its connection, or the server had to, before the response was complete.
package struct HTTPClientGone: Error, CustomStringConvertible {
    package var description: String { "the client is gone" }
}

/// The body of one streamed response on its connection: a writer kept too long cannot reach the next response.
final class HTTPOutput {
    enum Taken: Sendable {
        case taken
        /// Taken, but the client is slow: wait.
        case full
        case gone
    }

    /// How much may wait for the client.
    static let limit = 64 << 10

    private let stream: any ByteStream
    private let isChunked: Bool
    private var hasEnded = false
    private var waiting: [CheckedContinuation<Bool, Never>] = []

    init(_ stream: any ByteStream, isChunked: Bool) {
        self.stream = stream
        self.isChunked = isChunked
    }

    func write(_ bytes: [UInt8]) -> Taken {
        guard !hasEnded, stream.isOpen else { return .gone }
        guard !bytes.isEmpty else { return .taken }  // a chunk of no bytes would end the body
        if isChunked { stream.write("\(String(bytes.count, radix: 16))\r\n") }
        stream.write(bytes)
        if isChunked { stream.write("\r\n") }
        return stream.unsent > Self.limit ? .full : .taken
    }

    /// Ends the body; false if it was left incomplete.
    func finish() -> Bool {
        guard !hasEnded, stream.isOpen else { return false }
        if isChunked { stream.write("0\r\n\r\n") }  // RFC 9112 7.1: the last chunk and no trailer
        resumeAll(false)
        hasEnded = true
        return true
    }

    /// The body will stay incomplete: whoever waits or writes learns it.
    func leave() {
        hasEnded = true
        resumeAll(false)
    }

    func drained() {
        resumeAll(true)
    }

    func whenDrained(_ continuation: CheckedContinuation<Bool, Never>) {
        if hasEnded || !stream.isOpen { return continuation.resume(returning: false) }
        if stream.unsent == 0 { return continuation.resume(returning: true) }
        waiting.append(continuation)
    }

    private func resumeAll(_ hasRoom: Bool) {
        let waiting = waiting
        self.waiting = []
        for continuation in waiting { continuation.resume(returning: hasRoom) }
    }
}
