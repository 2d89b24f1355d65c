package import ChatAPIKit

/// Stands between the chat and its ports to look on: for the bench.
package struct PortObservers: Sendable {
    package var generator: @Sendable (any ReplyGenerator) -> any ReplyGenerator
    package var pusher: @Sendable (any PushClient) -> any PushClient
    /// Hears where the host listens.
    package var opened: @Sendable (Door) -> Void

    package init(
        generator: @escaping @Sendable (any ReplyGenerator) -> any ReplyGenerator = { $0 },
        pusher: @escaping @Sendable (any PushClient) -> any PushClient = { $0 },
        opened: @escaping @Sendable (Door) -> Void = { _ in }
    ) {
        self.generator = generator
        self.pusher = pusher
        self.opened = opened
    }
}
