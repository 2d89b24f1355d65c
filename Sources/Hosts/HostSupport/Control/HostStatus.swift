import PlatformCore

/// What a host tells of itself when it is asked for its status; its JSON has the same names in snake_case.
package struct HostStatus: Codable, Sendable, Equatable {
    /// How far a host is.
    package enum State: String, Codable, Sendable {
        /// At work.
        case running
        /// Takes nothing new, and ends when what it is at has ended.
        case finishing
        /// Ends now.
        case stopping
    }

    package var host: String
    package var version: String
    package var process: Int32
    package var state: State
    /// What it does and how it was started, for people.
    package var mode: String
    /// Seconds since 1970.
    package var startedAt: Int
    package var uptimeSeconds: Double
    package var memoryBytes: Int
    /// Of all processors.
    package var processorSeconds: Double
    package var descriptors: Int
    package var maxDescriptors: Int
    package var listeners: [Door]
    /// nil: it has none, like what follows.
    package var gateway: Gateway?
    package var api: API?
    package var worker: Worker?
    package var queue: Queue?

    package struct Gateway: Codable, Sendable, Equatable {
        package var loops: [Loop]
        package var total: Loop
    }

    /// What the gateway counts, of one loop or all.
    package struct Loop: Codable, Sendable, Equatable {
        /// Those that are there now, also in their handshake or closing.
        package var connections = 0
        /// Open sockets.
        package var clients = 0
        package var messagesReceived = 0
        package var bytesReceived = 0
        package var messagesSent = 0
        package var bytesSent = 0
        /// Bytes that wait for slow clients.
        package var backlogBytes = 0
        /// Messages that slow clients did not get.
        package var messagesDropped = 0
    }

    package struct API: Codable, Sendable, Equatable {
        /// Since the start.
        package var requests = 0
        /// Being answered now, open streams not among them.
        package var requestsUnderWay = 0
        /// Logs that are followed now (server-sent events).
        package var streams = 0
        /// Answered with 500.
        package var requestsFailed = 0
    }

    /// What this process's worker does; the queue may have others.
    package struct Worker: Codable, Sendable, Equatable {
        package var concurrency = 0
        package var running = 0
        package var done = 0
        /// Runs that failed, whether they are tried again or not.
        package var failed = 0
    }

    /// What is in the queue, whoever works at it.
    package struct Queue: Codable, Sendable, Equatable {
        package var waiting = 0
        package var delayed = 0
        package var reserved = 0
        package var failed = 0
    }
}
