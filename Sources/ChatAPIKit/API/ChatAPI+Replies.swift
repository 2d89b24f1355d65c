extension ChatAPI {
    /// POST stop: ends a reply with what it has by now, on every device.
    func stopReply(_ id: String, _ uid: String) async throws -> ChatResponse {
        switch try await store.stop(reply: id, uid: uid) {
        case .ended(let end):
            await events.push(end.row, of: end.reply)
            return ChatResponse(
                200,
                [
                    "reply_id": .string(end.reply.id), "state": .string(end.reply.state.rawValue),
                    "attempt": .integer(end.reply.attempt), "last_seq": .integer(end.reply.lastSeq),
                ]
            )
        case .alreadyEnded(let end): throw APIFailure.replyEnded(end.reply)
        case .fenced, .notFound: throw APIFailure.notFound
        }
    }

    /// GET log: what follows a number in a reply's log, as JSON, or as a stream until the reply ends.
    func readLog(_ id: String, _ request: ChatRequest, _ uid: String) async throws -> ChatResponse {
        var query = Fields(query: QueryString(request.query))
        var after = query.number("after", in: 0...Int.max, default: 0)
        try query.check()
        guard request.wantsEventStream else {
            guard let log = try await store.log(reply: id, uid: uid, after: after) else { throw APIFailure.notFound }
            return ChatResponse(200, JSON(log))
        }
        // HTML 9.2.4: what a reader had last when it connects again; younger than the address it connects to.
        if let last = request.header("last-event-id").flatMap({ Int($0) }), last >= 0 { after = last }
        guard let slot = slots.take(for: uid) else { throw APIFailure.tooManyStreams }
        guard let log = try await store.log(reply: id, uid: uid, after: after) else { throw APIFailure.notFound }
        let stream = LogStream(reply: id, uid: uid, after: after, first: log, watch: live, slot: slot)
        return ChatResponse(
            status: 200,
            headers: [
                (name: "Content-Type", value: "text/event-stream"),
                (name: "Cache-Control", value: "no-store, no-transform"),
                (name: "X-Accel-Buffering", value: "no"),
            ],
            body: .stream(ChatBodyStream { await stream.next() })
        )
    }
}

extension ChatRequest {
    /// Whether the reader asks for server-sent events.
    fileprivate var wantsEventStream: Bool {
        method == "GET"
            && values(of: "accept").contains { field in
                field.split(separator: ",").contains {
                    $0.prefix { $0 != ";" }.lowercased().filter { $0 != " " } == "text/event-stream"
                }
            }
    }
}
