#if os(Linux)
import PlatformCore

/// A thread that sends messages to random receivers.
final class Pusher: Sendable {
    /// Sends a message to the receiver with a number.
    typealias Push = @Sendable (_ message: [UInt8], _ receiver: Int) -> Void

    private let rounds = BlockingQueue<Push>()

    /// Starts the thread; it waits for rounds.
    init(_ order: ServerOrder) {
        Thread(name: "pusher") { [rounds] in
            var state: UInt64 = 88_172_645_463_325_252  // xorshift64
            while let push = rounds.take(max: 1).first {
                for sequence in 0..<order.count {
                    state ^= state << 13
                    state ^= state >> 7
                    state ^= state << 17
                    let receiver = Int(state % UInt64(order.connections))
                    let message = PushedMessage(receiver: receiver, sequence: sequence, time: Monotonic.now)
                    push(message.payload(bytes: order.bytes), receiver)
                }
            }
        }.detach()
    }

    /// Has a round sent.
    func start(_ push: @escaping Push) { _ = rounds.push(push) }
}
#endif
