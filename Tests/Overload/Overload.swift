import GatewayKit
import PlatformCore
import ServerCore
import TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The server's side: the gateway, the pushing, and what has to hold.
struct Overload: Sendable {
    /// The most that may wait for one socket.
    static let limit = 8 << 10
    /// What the process may need besides what waits for sockets.
    static let slack = 8 << 20

    private let options: Options
    private let board = Scoreboard()

    init(_ options: Options) { self.options = options }

    private var stalled: Int { options.sockets / 2 }
    private var readers: Int { options.sockets - stalled }

    /// Runs it all, and throws at the first promise that is not kept.
    func run() async throws {
        say(
            "\(options.sockets) sockets, \(stalled) of them stop reading; policy \(options.policy), \(options.loops) loops"
        )
        guard OpenFiles.limit >= options.sockets + 200 else {
            throw Broken("\(OpenFiles.limit) descriptors are too few; as root: ulimit -n \(options.sockets + 200)")
        }
        let limits = Gateway.Limits(
            maxMessagesPerSecond: nil,
            maxBacklogBytes: Self.limit,
            maxConnections: options.sockets,
            handshakeTimeout: .seconds(120),
            idleTimeout: nil,
            closeTimeout: .seconds(120)
        )
        let configuration = Gateway.Configuration(
            listen: "127.0.0.1:0",
            loops: options.loops,
            limits: limits,
            slowPolicy: options.policy,
            onEvent: { board.hear($0) }
        )
        let gateway = Gateway(configuration) { _ in Referee(board) }
        try await withThrowingTaskGroup { group in
            group.addTask { try await gateway.run() }
            defer { group.cancelAll() }
            try await conduct(gateway)
        }
        say("passed")
    }

    private func conduct(_ gateway: Gateway) async throws {
        let address = try await gateway.listeningAddress()
        let sendBuffer = try SocketOption.shrinkSendBuffersOfListeners()
        let directory = TemporaryDirectory()
        let processes = try connect(to: address, directory)
        try await waits(for: "all sockets are open", processes) { $0.clients.count == options.sockets }
        let buffers = sendBuffer + board.current.receiveBuffer
        let rounds = (4 * (Self.limit + buffers) + SentStream.bytesPerRound - 1) / SentStream.bytesPerRound
        say(
            "socket buffers: \(sendBuffer) B to send, \(board.current.receiveBuffer) B to receive; limit \(Self.limit) B"
        )

        let bound = try announceBound()
        try await push(rounds, gateway, processes)
        let peak = try Memory.peak()
        try hold(peak <= bound, "memory \(mebibytes(peak)) stays under its bound of \(mebibytes(bound))")
        try await checkReaders(rounds, gateway, processes)
        try await checkStalled(rounds, gateway, processes)
    }

    // MARK: Steps

    private func connect(to address: String, _ directory: TemporaryDirectory) throws -> [ChildProcess] {
        let port = address.split(separator: ":").last ?? ""
        return try stride(from: 0, to: options.sockets, by: Options.socketsPerProcess).map { first in
            let count = min(Options.socketsPerProcess, options.sockets - first)
            return try ChildProcess(
                "/proc/self/exe",
                ["clients", "\(port)", "\(first)", "\(count)"],
                output: directory.file("clients-\(first).log")
            )
        }
    }

    /// Says before anything is pushed how much memory there may be at most.
    private func announceBound() throws -> Int {
        let base = try Memory.resident()
        // A queue that grows has twice the room it needs.
        let each = 2 * (Self.limit + SentStream.ownBytes)
        let reading = 2 * SentStream.bytesPerRound
        let bound = base + stalled * each + readers * reading + Self.slack
        say(
            "bound: \(mebibytes(bound)) = \(mebibytes(base)) now + \(stalled) x \(each) B + \(readers) x \(reading) B"
                + " + \(mebibytes(Self.slack))"
        )
        return bound
    }

    private func push(_ rounds: Int, _ gateway: Gateway, _ processes: [ChildProcess]) async throws {
        let start = ContinuousClock.now
        let clients = board.current.clients.sorted { $0.key < $1.key }
        for round in 0..<rounds {
            let place = round * SentStream.messagesPerRound
            for (index, (number, client)) in clients.enumerated() {
                try gateway.client.post(.binary(SentStream.payload(to: number, at: place)), to: .client(client))
                if index % 500 == 499 { try await gateway.client.confirm() }  // what is posted waits in memory too
            }
            try gateway.client.post(.binary(SentStream.payload(to: 0, at: place + 1)), to: .all)
            try await gateway.client.confirm()
            try await waits(for: "round \(round) is read", processes) { $0.rounds == readers * (round + 1) }
        }
        say("pushed \(rounds) rounds of \(SentStream.bytesPerRound) B to each socket in \(ContinuousClock.now - start)")
    }

    private func checkReaders(_ rounds: Int, _ gateway: Gateway, _ processes: [ChildProcess]) async throws {
        let clients = board.current.clients.filter { $0.key % 2 == 0 }
        for client in clients.values {
            try gateway.client.post(.text("digest"), to: .client(client))
            // At once: the gateway gives a socket up that takes nothing for half a minute.
            try gateway.client.post(.text("resume"), to: .client(client))
        }
        try await waits(for: "the readers' digests", processes) { $0.readers.count == readers }
        let messages = rounds * SentStream.messagesPerRound
        for (number, account) in board.current.readers {
            let expected = SentStream.digest(to: number, messages: messages)
            guard account == .init(messages: messages, digest: expected) else {
                throw Broken("reader \(number) has \(account), not \(messages) messages with \(expected)")
            }
        }
        say("ok: \(readers) readers have all \(messages) messages, SHA-256 as sent")
    }

    private func checkStalled(_ rounds: Int, _ gateway: Gateway, _ processes: [ChildProcess]) async throws {
        try await waits(for: "those that did not read are told", processes) { $0.stalled.count == stalled }
        let sent = rounds * SentStream.messagesPerRound
        let score = board.current
        var dropped = 0
        for (number, account) in score.stalled {
            let missing = sent - account.messages
            let ending = options.policy == .drop ? #"{"type":"resync","dropped":\#(missing)}"# : "1013"
            guard missing > 0, account.ending == ending else {
                throw Broken("socket \(number) got \(account.messages) of \(sent) messages and then \(account.ending)")
            }
            guard account.digest == SentStream.digest(to: number, messages: account.messages) else {
                throw Broken("socket \(number) got other messages than were sent first")
            }
            dropped += missing
        }
        say(
            "ok: \(stalled) slow sockets have the first messages whole, then \(options.policy == .drop ? "the drop marker" : "1013")"
        )
        let statistics = gateway.statistics
        try hold(statistics.slowClients == stalled, "the gateway counted \(statistics.slowClients) slow clients")
        try hold(score.slowEvents == stalled, "it reported \(score.slowEvents) of them")
        switch options.policy {
        case .drop:
            let counts = [statistics.messagesDropped, score.droppedMessages, score.droppedToHandlers]
            try hold(counts == [dropped, dropped, dropped], "\(dropped) drops are counted, reported, told: \(counts)")
            for (number, client) in score.clients where number % 2 == 1 {
                try gateway.client.post(.text("after"), to: .client(client))
            }
            try await waits(for: "what is sent afterwards arrives", processes) { $0.recovered == stalled }
            say("ok: what is sent afterwards arrives")
        case .close:
            try hold(statistics.slowClosed == stalled, "it counted \(statistics.slowClosed) clients closed for it")
            try await waits(for: "the handlers see all of them closed", processes) { $0.closedAsSlow == stalled }
            say("ok: the handlers saw all of them closed with 1013")
        }
    }

    // MARK: Small things

    private func waits(
        for what: String,
        _ processes: [ChildProcess],
        _ condition: @escaping @Sendable (Scoreboard.Score) -> Bool
    ) async throws {
        try await eventually(.seconds(20), what) {
            for process in processes where process.hasExited() != nil { throw Broken(process.text()) }
            let score = board.current
            if score.cut > 0 { throw Broken("\(score.cut) sockets were cut; waiting for: \(what)") }
            return condition(score)
        }
    }

    private func hold(_ holds: Bool, _ what: String) throws {
        guard holds else { throw Broken("not so: \(what)") }
        say("ok: \(what)")
    }

    private func say(_ line: String) {
        print(line)
        fflush(nil)
    }

    private func mebibytes(_ bytes: Int) -> String { "\(Double(bytes / 104_858) / 10) MiB" }
}
