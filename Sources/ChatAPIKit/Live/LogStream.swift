/// One reader's view of a reply's log as server-sent events (HTML 9.2): what is there, then what comes, until the end.
actor LogStream {
    private let reply: String
    private let uid: String
    private let watch: LogWatch
    private var position: Int
    private var first: ReplyLog?
    private var slot: StreamSlots.Slot?

    /// A stream.
    /// - Parameters:
    ///   - reply: the reply's id.
    ///   - uid: the reader.
    ///   - after: the last number that the reader has.
    ///   - first: what follows that number already.
    ///   - watch: tells when there is more.
    ///   - slot: what the stream occupies until its end.
    init(
        reply: String,
        uid: String,
        after: Int,
        first: ReplyLog,
        watch: LogWatch,
        slot: StreamSlots.Slot
    ) {
        self.reply = reply
        self.uid = uid
        position = after
        self.first = first
        self.watch = watch
        self.slot = slot
    }

    /// The next events, or a comment after a silence; nil at the end and when the reader's task is cancelled.
    func next() async -> [UInt8]? {
        while slot != nil, !Task.isCancelled {
            let log: ReplyLog
            if let first {
                log = first
                self.first = nil
            } else {
                switch await watch.wait(for: reply, of: uid, above: position) {
                case .log(let more): log = more
                case .quiet: return Array(": keep-alive\n\n".utf8)
                case .over:
                    slot = nil
                    return nil
                }
            }
            position = max(position, log.lastSeq)
            if log.state.isEnd { slot = nil }
            if !log.rows.isEmpty { return log.rows.flatMap(Self.event) }
        }
        slot = nil
        return nil
    }

    private static func event(_ row: LogRow) -> [UInt8] {
        Array("id: \(row.seq)\nevent: \(row.kind.rawValue)\ndata: \(JSON(row).serialized)\n\n".utf8)
    }
}
