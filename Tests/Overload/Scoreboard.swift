import GatewayKit
import PlatformCore

/// What the handlers hear from the sockets, for the one who waits for it.
final class Scoreboard: Sendable {
    /// What a socket says of its stream.
    struct Account: Sendable, Equatable {
        /// Messages that came.
        var messages: Int
        /// Their SHA-256.
        var digest: String
        /// The drop marker behind them, or the close code.
        var ending = ""
    }

    /// Everything heard so far.
    struct Score: Sendable {
        /// Who is there, by the sockets' own numbers.
        var clients: [Int: ClientID] = [:]
        /// The largest receive buffer of a socket that will not read.
        var receiveBuffer = 0
        /// How many rounds the readers have taken, all together.
        var rounds = 0
        /// What readers say of their streams.
        var readers: [Int: Account] = [:]
        /// What those say that did not read for a while.
        var stalled: [Int: Account] = [:]
        /// How many got something after they had caught up.
        var recovered = 0
        /// How many clients the gateway reported as slow.
        var slowEvents = 0
        /// How many dropped messages it reported of clients that caught up.
        var droppedMessages = 0
        /// How many the handlers were told of.
        var droppedToHandlers = 0
        /// How many clients the handler saw closed with 1013.
        var closedAsSlow = 0
        /// How many connections ended without a word.
        var cut = 0
    }

    private let score = Lock(Score())

    var current: Score { score.withLock { $0 } }

    func note(_ change: (inout Score) -> Void) { score.withLock { change(&$0) } }

    func hear(_ event: GatewayEvent) {
        switch event {
        case .clientSlow: note { $0.slowEvents += 1 }
        case .clientRecovered(_, let messages, _): note { $0.droppedMessages += messages }
        default: break
        }
    }
}

/// The handler of one loop: writes down what its sockets say.
final class Referee: GatewayHandler {
    private let board: Scoreboard
    private var numbers: [ClientID: Int] = [:]

    init(_ board: Scoreboard) { self.board = board }

    func opened(_ client: Client, request: UpgradeRequest) {
        let number = Int(request.path.dropFirst()) ?? -1
        numbers[client.id] = number
        board.note {
            $0.clients[number] = client.id
            $0.receiveBuffer = max($0.receiveBuffer, Int(request.query) ?? 0)
        }
    }

    func text(_ text: UTF8Span, from client: Client) {
        let words = String(copying: text).split(separator: " ", maxSplits: 4).map(String.init)
        let number = numbers[client.id] ?? -1
        board.note { score in
            switch (words[0], words.count) {
            case ("ok", 1): score.rounds += 1
            case ("after", 1): score.recovered += 1
            case ("digest", 3): score.readers[number] = .init(messages: Int(words[1]) ?? -1, digest: words[2])
            case ("told", 4):
                score.stalled[number] = .init(messages: Int(words[1]) ?? -1, digest: words[2], ending: words[3])
            case ("closed", 5):
                let account = Scoreboard.Account(messages: Int(words[3]) ?? -1, digest: words[4], ending: words[2])
                score.stalled[Int(words[1]) ?? -1] = account
            default: break
            }
        }
    }

    func dropped(messages: Int, bytes: Int, to client: Client) {
        board.note { $0.droppedToHandlers += messages }
    }

    func closed(_ client: Client, code: CloseCode, reason: String) {
        numbers[client.id] = nil
        switch code {
        case .tryAgainLater: board.note { $0.closedAsSlow += 1 }
        case .abnormal: board.note { $0.cut += 1 }
        default: break
        }
    }
}
