import ServerCore

/// A client whose socket another server keeps: what its owner tells the gateway.
///
/// Made by `Gateway.attach`. Every method may be called from any thread; calls from one thread apply in their order. When
/// the last reference goes the socket counts as gone.
public final class AttachedClient: Sendable {
    /// The client's name, by which it is reached from anywhere.
    public let id: ClientID

    private let stream: LoopBound<MessageStream>
    private let outlet: MessageOutlet
    private let intake: MessageIntake

    init(_ id: ClientID, _ stream: LoopBound<MessageStream>, _ outlet: MessageOutlet, _ intake: MessageIntake) {
        self.id = id
        self.stream = stream
        self.outlet = outlet
        self.intake = intake
    }

    deinit { closed() }

    /// A message has come from the socket.
    ///
    /// It is handed to the handler soon, unless that has stopped reading: then it waits, and a socket for which more than
    /// `maxBacklogBytes` wait is closed with 1013. See `ready`.
    public func received(_ message: Message) {
        intake.send(message.waitingBytes)
        onLoop { $0.received(message) }
    }

    /// Waits until the gateway takes more; returns at once while it does, and when the task is cancelled.
    ///
    /// For a source that can wait, between two messages: what waits in memory is then 64 KiB and a message at most.
    public func ready() async { await intake.wait() }

    /// Receives what a source gives, as fast as the gateway takes it, until the source ends; then the socket has gone.
    ///
    /// A source that throws counts as a connection that was cut. Once the gateway has asked the owner to close the socket,
    /// what still comes is passed over; the owner ends the source.
    ///
    /// - Parameter source: The messages of the socket.
    /// - Throws: What the source throws.
    public func receive<Source: AsyncSequence>(from source: Source) async throws(Source.Failure)
    where Source.Element == Message {
        var messages = source.makeAsyncIterator()
        do throws(Source.Failure) {
            while let message = try await messages.next(isolation: #isolation) {
                received(message)
                await ready()
            }
        } catch {
            closed()
            throw error
        }
        closed(.noStatus)
    }

    /// The socket has gone: nothing is sent to it any more, and `close` is not called.
    ///
    /// - Parameters:
    ///   - code: What the peer gave as the reason (RFC 6455 7.1.5); nil if the connection was cut.
    ///   - reason: The words that came with it.
    public func closed(_ code: CloseCode? = nil, reason: String = "") {
        outlet.stop()
        onLoop { $0.ownerClosed(code, reason) }
    }

    /// Has the loop look at what the owner has done; keeps the stream and not the client.
    var tell: @Sendable () -> Void {
        let stream = stream
        return { stream.loop.execute { stream.value.collect() } }
    }

    private func onLoop(_ body: @escaping @Sendable (MessageStream) -> Void) {
        let stream = stream
        stream.loop.execute { body(stream.value) }
    }
}
