import PlatformCore
import Synchronization

/// The one way to a gateway's clients from any thread: what a push, a bind or a question means for which loop.
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

    // MARK: Sending

    /// Sends to one client.
    package func send(_ frame: EncodedFrame, toConnection connection: UInt32) {
        shard(of: connection).post(.sendToClient(frame, connection))
    }

    /// Sends to the listed clients; one that is listed twice receives twice.
    package func send(_ frame: EncodedFrame, toConnections connections: [UInt32]) {
        for shard in shards {
            let own = shards.count == 1 ? connections : connections.filter { self.shard(of: $0) === shard }
            if !own.isEmpty { shard.post(.sendToClients(frame, own)) }
        }
    }

    /// Sends to every client of a uid.
    package func send(_ frame: EncodedFrame, toUid uid: String) {
        for shard in shards { shard.post(.sendToUid(frame, uid)) }
    }

    /// Sends to every client of each uid; a uid that is listed twice receives twice.
    package func send(_ frame: EncodedFrame, toUids uids: [String]) {
        for shard in shards { shard.post(.sendToUids(frame, uids)) }
    }

    /// Sends to every client but the excluded ones.
    package func sendToAll(_ frame: EncodedFrame, excluding excluded: Set<UInt32> = []) {
        for shard in shards { shard.post(.sendToAll(frame, excluding: excluded)) }
    }

    // MARK: Changing

    /// Ties a client to a uid; an empty uid or "0" is passed over, as GatewayWorker's gateway does.
    package func bind(_ connection: UInt32, to uid: String) {
        guard !uid.isEmpty, uid != "0" else { return }
        shard(of: connection).post(.bind(connection, uid: uid))
    }

    /// Ends a client's binding, whatever uid it has.
    package func unbind(_ connection: UInt32) {
        shard(of: connection).post(.unbind(connection))
    }

    /// Sends the frame, if there is one, and closes once it is with the kernel.
    package func kick(_ connection: UInt32, last: EncodedFrame?) {
        shard(of: connection).post(.kick(connection, last: last))
    }

    /// Cuts a client's connection; what waits for it is lost.
    package func destroy(_ connection: UInt32) {
        shard(of: connection).post(.destroy(connection))
    }

    // MARK: Asking

    /// Asks the loop of one client; `answer` is called on that loop's thread.
    package func query<Answer: Sendable>(
        _ connection: UInt32,
        _ look: @escaping @Sendable (borrowing ClientTable<Client>) -> Answer,
        answer: @escaping @Sendable (Answer) -> Void
    ) {
        shard(of: connection).post(.query { shard in answer(look(shard.table)) })
    }

    /// Asks every loop; `answer` is called once, with the loops' answers in loop order, on the thread of the last one.
    package func queryAll<Answer: Sendable>(
        _ look: @escaping @Sendable (borrowing ClientTable<Client>) -> Answer,
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

    private func shard(of connection: UInt32) -> Shard {
        shards[Int(connection % UInt32(truncatingIfNeeded: shards.count))]
    }
}
