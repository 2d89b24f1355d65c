extension DeepSeekSimulator {
    /// Where it listens and how it speaks.
    public struct Configuration: Sendable {
        /// The address; port 0 takes a free one: `127.0.0.1:0`.
        public var listen: String
        /// The pause between two words: 20 ms, a model's usual pace; zero for none.
        public var tokenInterval: Duration
        /// The pause between two keep-alive comments while a question waits (`[[slow]]`): 200 ms.
        public var keepAliveInterval: Duration
        /// The one key that is accepted; nil accepts any, also none.
        public var apiKey: String?
        /// Answers written beforehand; nil makes them all up.
        public var script: Script?

        /// Settings; each has a sensible default.
        public init(
            listen: String = "127.0.0.1:0",
            tokenInterval: Duration = .milliseconds(20),
            keepAliveInterval: Duration = .milliseconds(200),
            apiKey: String? = nil,
            script: Script? = nil
        ) {
            self.listen = listen
            self.tokenInterval = tokenInterval
            self.keepAliveInterval = keepAliveInterval
            self.apiKey = apiKey
            self.script = script
        }
    }
}
