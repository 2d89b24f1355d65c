import ChatAPIKit

/// What a client shows of one reply, by the rules under "seq": the smallest model of them.
struct ReplyView: Equatable {
    enum Effect { case applied, ignored, gap }

    private(set) var last = 0
    private(set) var content = ""
    private(set) var reasoning = ""
    /// The type of the row that ended the reply.
    private(set) var end: String?

    /// Pushed: last + 1, or a reset above last; what is not above last is ignored; the rest is a gap.
    mutating func receive(_ event: JSON) -> Effect {
        guard let type = event["type"]?.text, let seq = event["seq"]?.integerValue else { return .ignored }
        guard seq > last else { return .ignored }
        guard seq == last + 1 || type == "reply.reset" else { return .gap }
        apply(type, seq, event)
        return .applied
    }

    /// Fetched: in order, without looking for gaps; what a push brought meanwhile is there already.
    mutating func receive(_ rows: [LogRow]) throws {
        for row in rows where row.seq > last {
            guard !row.kind.isText else {
                last = row.seq
                add(row.text, to: row.kind.rawValue)
                continue
            }
            let event = try JSON(parsing: Array(row.text.utf8), maximumBytes: 1 << 20)
            apply("reply.\(row.kind.rawValue)", row.seq, event)
        }
    }

    private mutating func apply(_ type: String, _ seq: Int, _ event: JSON) {
        last = seq
        switch type {
        case "reply.delta":
            add(event["text"]?.text ?? "", to: event["kind"]?.text ?? "")
        case "reply.reset":
            content = event["content"]?.text ?? ""
            reasoning = event["reasoning"]?.text ?? ""
        case "reply.finished", "reply.stopped", "reply.failed":
            end = type
        default:
            break
        }
    }

    private mutating func add(_ text: String, to kind: String) {
        if kind == "content" { content += text } else { reasoning += text }
    }
}

/// One device of a user: it takes what is pushed and fetches when there is a gap.
actor ReplyDevice {
    private let uid: String
    private let store: any ChatStore
    private var views: [String: ReplyView] = [:]

    init(uid: String, store: any ChatStore) {
        self.uid = uid
        self.store = store
    }

    func receive(_ text: String) async throws {
        let event = try JSON(parsing: Array(text.utf8), maximumBytes: 1 << 20)
        guard let reply = event["reply_id"]?.text else { return }
        if views[reply, default: ReplyView()].receive(event) == .gap { try await fetch(reply) }
    }

    /// As after a reconnect: the log above what it has; one that is not there (any more) is not shown any more.
    func fetch(_ reply: String) async throws {
        let last = views[reply]?.last ?? 0
        guard let log = try await store.log(reply: reply, uid: uid, after: last) else {
            views[reply] = ReplyView()
            return
        }
        try views[reply, default: ReplyView()].receive(log.rows)
    }

    /// The replies of which anything ever came.
    var seen: [String] { Array(views.keys) }

    func view(_ reply: String) -> ReplyView { views[reply] ?? ReplyView() }
}
