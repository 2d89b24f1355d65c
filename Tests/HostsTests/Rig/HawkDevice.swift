import FoundationEssentials
import TestSupport

/// A browser tab of a user, as far as the wire goes: it binds, follows replies by the rules of seq, and comes back after
/// every break.
actor HawkDevice {
    /// What the tab shows of a reply.
    struct Shown: Sendable, Equatable {
        var lastSeq = 0
        var attempt = 0
        var content = ""
        var state = "running"
    }

    private struct Event: Decodable {
        var type: String
        var clientID: String?
        var proof: String?
        var replyID: String?
        var attempt: Int?
        var seq: Int?
        var kind: String?
        var text: String?
        var content: String?
        var requestID: String?

        enum CodingKeys: String, CodingKey {
            case type, proof, attempt, seq, kind, text, content
            case clientID = "client_id"
            case replyID = "reply_id"
            case requestID = "request_id"
        }
    }

    private struct Log: Decodable {
        struct Row: Decodable {
            var seq: Int
            var attempt: Int
            var kind: String
            var text: String
        }
        var rows: [Row]
    }

    private struct Bound: Decodable {
        struct Position: Decodable {
            var replyID: String

            enum CodingKeys: String, CodingKey {
                case replyID = "reply_id"
            }
        }
        var replies: [Position]
    }

    let user: HawkUser
    private(set) var shown: [String: Shown] = [:]
    /// Types of what was pushed, in order.
    private(set) var pushed: [String] = []
    /// The requests named by what was pushed, each once, in order.
    private(set) var requestIDs: [String] = []
    /// How many sockets were bound so far.
    private(set) var binds = 0
    /// Every reply of which anything was pushed here.
    private(set) var heardOf: Set<String> = []
    private let pace: Duration?

    /// A tab; one with a `pace` takes that long for each thing that is pushed.
    init(_ user: HawkUser, pace: Duration? = nil) {
        self.user = user
        self.pace = pace
    }

    /// Keeps a bound socket until the task is cancelled, opening a new one whenever it is lost.
    func run() async {
        while !Task.isCancelled {
            try? await follow()
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Waits until a socket is bound.
    nonisolated func isBound() async throws {
        do {
            try await eventually(.seconds(20), "a socket of \(user.uid) is bound") { await self.binds > 0 }
        } catch {
            throw DeadlineExceeded(description: "\(error)\n\(user.rig.logs())")
        }
    }

    /// Waits until a reply has ended as far as this tab knows, fetching its log when nothing comes.
    nonisolated func sees(
        _ reply: String,
        in state: String,
        within limit: Duration = .seconds(180)
    ) async throws -> Shown {
        var seen: (Shown?, ContinuousClock.Instant) = (nil, .now)
        let deadline = ContinuousClock.now + limit
        while true {
            let now = await shown[reply]
            if let now, now.state == state { return now }
            if now != seen.0 { seen = (now, .now) }
            if ContinuousClock.now - seen.1 > .seconds(1) {
                try? await fetch(reply)
                seen = (await shown[reply], .now)
            }
            guard ContinuousClock.now < deadline else {
                throw DeadlineExceeded(
                    description: "\(user.uid) does not see \(reply) \(state), but \(now.map { "\($0)" } ?? "nothing")\n"
                        + user.rig.logs()
                )
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits until a piece of a reply's text is shown.
    nonisolated func seesText(of reply: String) async throws {
        try await eventually(.seconds(20), "a delta of \(reply)") {
            await self.shown[reply].map { !$0.content.isEmpty } ?? false
        }
    }

    private func follow() async throws {
        let socket = try await WebSocketClient.connect("ws://127.0.0.1:\(user.rig.gatewayPort)/")
        while case .text(let text) = try await next(of: socket) {
            let event = try JSONDecoder().decode(Event.self, from: Data(text.utf8))
            pushed.append(event.type)
            if let reply = event.replyID { heardOf.insert(reply) }
            if let request = event.requestID, !requestIDs.contains(request) { requestIDs.append(request) }
            if let pace { try await Task.sleep(for: pace) }
            switch event.type {
            case "init": try await bind(event)
            case "pong": break
            default: try await apply(event)
            }
        }
    }

    /// A tab asks for a pong now and then; a socket that says nothing at all is given up.
    private func next(of socket: WebSocketClient) async throws -> WebSocketClient.Incoming {
        do {
            return try await socket.next(within: .seconds(2))
        } catch is DeadlineExceeded {
            socket.send(#"{"type":"ping"}"#)
            return try await socket.next(within: .seconds(5))
        }
    }

    private func bind(_ event: Event) async throws {
        let body = #"{"client_id":"\#(event.clientID ?? "")","proof":"\#(event.proof ?? "")"}"#
        while true {
            let answer = try await user.request("POST", "/api/chat/bind", body: body)
            if answer.status == 503 {
                try await Task.sleep(for: .milliseconds(100))
                continue
            }
            let bound = try HawkUser.decode(Bound.self, answer)
            binds += 1
            let running = shown.filter { $0.value.state == "running" }.keys
            for reply in Set(bound.replies.map(\.replyID)).union(running) { try await fetch(reply) }
            return
        }
    }

    private func apply(_ event: Event) async throws {
        guard let reply = event.replyID, let seq = event.seq else { return }
        let last = shown[reply]?.lastSeq ?? 0
        if seq <= last { return }
        guard event.type == "reply.reset" || seq == last + 1 else { return try await fetch(reply) }
        let kind = event.kind ?? String(event.type.dropFirst("reply.".count))
        apply(reply, seq, event.attempt ?? 0, kind, kind == "reset" ? event.content ?? "" : event.text ?? "")
    }

    /// The rest of a reply's log, in order and without looking for gaps; what was deleted is not shown any more.
    private func fetch(_ reply: String) async throws {
        let target = "/api/chat/replies/\(reply)/log?after=\(shown[reply]?.lastSeq ?? 0)"
        let answer = try await user.request("GET", target)
        if answer.status == 404 {
            shown[reply] = nil
            return
        }
        let log = try HawkUser.decode(Log.self, answer)
        for row in log.rows where row.seq > shown[reply]?.lastSeq ?? 0 {
            let reset = row.kind == "reset" ? try? JSONDecoder().decode(Event.self, from: Data(row.text.utf8)) : nil
            apply(reply, row.seq, row.attempt, row.kind, row.kind == "reset" ? reset?.content ?? "" : row.text)
        }
    }

    private func apply(_ reply: String, _ seq: Int, _ attempt: Int, _ kind: String, _ text: String) {
        var view = shown[reply] ?? Shown()
        view.lastSeq = seq
        view.attempt = attempt
        switch kind {
        case "content": view.content += text
        case "reset": (view.content, view.state) = (text, "running")
        case "finished", "stopped", "failed": view.state = kind
        default: break
        }
        shown[reply] = view
    }
}
