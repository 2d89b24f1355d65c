extension RemoteGatewayClient {
    /// How a remote client is set up.
    public struct Configuration: Sendable {
        /// The Registers, as `host:port`; gateways announce themselves to all of them.
        public var registers: [String]
        /// What all processes of the installation share.
        public var secret: String
        /// Hears what happens, on the client's thread, so it must not block; nil: nobody.
        public var onEvent: (@Sendable (GatewayEvent) -> Void)?

        /// How long things may take; the defaults are the promises that the client's documentation makes.
        package var limits = RemoteLimits()
        /// The times of the Register's protocol.
        package var registerTiming = RegisterTiming()

        /// A configuration; see the properties for what each is for.
        public init(
            registers: [String] = ["127.0.0.1:1236"],
            secret: String = "",
            onEvent: (@Sendable (GatewayEvent) -> Void)? = nil
        ) {
            self.registers = registers
            self.secret = secret
            self.onEvent = onEvent
        }

        var secretBytes: [UInt8] { Array(secret.utf8) }
    }
}
