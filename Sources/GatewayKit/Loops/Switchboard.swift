import PlatformCore

/// The one way to a gateway's clients from any thread: what a command or a question means for which loop.
///
/// `LocalGatewayClient` and the inner port both work through it. Every method posts and returns: an operation whose call
/// returned is seen by every query called later. From one caller, operations apply in call order on every loop; a caller
/// that is a loop itself does not overtake what others have posted to it. Lists of several loops are merged by serial.
///
/// Connection numbers modulo the number of loops name the loop.
package final class Switchboard: Sendable {
    private let shards: [Shard]

    package init(shards: [Shard]) {
        precondition(!shards.isEmpty, "a gateway has at least one loop")
        self.shards = shards
    }

    /// Has the loops concerned carry out a command.
    ///
    /// An empty uid or group and "0" are passed over in bind and join, as GatewayWorker's gateway does.
    package func perform(_ command: Command) {
        switch command {
        case .send(let frame, .clients(let connections), let slow) where shards.count > 1:
            for (index, shard) in shards.enumerated() {
                let own = connections.filter { Int($0) % shards.count == index }
                if !own.isEmpty { shard.post(.send(frame, to: .clients(own), slow: slow)) }
            }
        case .bind(let client, let uid, _):
            guard !uid.isEmpty, uid != "0" else { return }
            shard(of: client).post(.bind(client, uid: uid, serial: nextSerial()))
        case .join(let client, let group, _):
            guard !group.isEmpty, group != "0" else { return }
            shard(of: client).post(.join(client, group: group, serial: nextSerial()))
        case .send(_, .client(let client), _), .kick(let client, _), .destroy(let client), .unbind(let client),
            .leave(let client, _), .setSession(let client, _), .mergeSession(let client, _):
            shard(of: client).post(command)
        case .send, .dissolve, .close, .query: for shard in shards { shard.post(command) }
        }
    }

    /// Whether so much waits for a loop that a caller who can wait should.
    package var isBehind: Bool { shards.contains(where: \.isBehind) }

    // MARK: Asking

    /// Asks the loop of one client; `answer` is called on that loop's thread.
    package func query<Answer: Sendable>(
        _ connection: UInt32,
        _ look: @escaping @Sendable (ClientTable<Client>) -> Answer,
        answer: @escaping @Sendable (Answer) -> Void
    ) {
        shard(of: connection).post(.query { shard in answer(look(shard.table)) })
    }

    /// Asks every loop; `answer` is called once, with the loops' answers in loop order, on the thread of the last one.
    package func queryAll<Answer: Sendable>(
        _ look: @escaping @Sendable (ClientTable<Client>) -> Answer,
        answer: @escaping @Sendable ([Answer]) -> Void
    ) {
        let gathered = Lock<[Answer?]>(Array(repeating: nil, count: shards.count))
        for (index, shard) in shards.enumerated() {
            shard.post(
                .query { shard in
                    let part = look(shard.table)
                    let all: [Answer]? = gathered.withLock { parts in
                        parts[index] = part
                        let present = parts.compactMap { $0 }
                        return present.count == parts.count ? present : nil
                    }
                    if let all { answer(all) }
                }
            )
        }
    }

    /// Calls `body` once every loop has obeyed what was posted to it before; on the thread of the last one.
    func whenAllObeyed(_ body: @escaping @Sendable () -> Void) {
        queryAll({ _ in }, answer: { _ in body() })
    }

    private func nextSerial() -> UInt64 { shards[0].context.nextSerial() }

    private func shard(of connection: UInt32) -> Shard {
        shards[Int(connection % UInt32(truncatingIfNeeded: shards.count))]
    }
}
