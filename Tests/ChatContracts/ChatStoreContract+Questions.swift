import ChatAPIKit

extension ChatStoreContract {
    static let questions: [ContractCheck<any ChatStore>] = [
        ContractCheck("a question is stored with its queued reply and its conversation") { store in
            let sent = try await store.ask("Why?")
            let found = try await store.page(sent.conversation.id).messages
            try expect(found.map(\.content) == ["Why?"] && found[0].replies.map(\.id) == [sent.reply.id], "\(found)")
            try expect(found[0].replies[0].state == .queued && found[0].versions == [sent.message.id], "\(found)")
            try expect(try await store.conversation(sent.conversation.id, uid: "ann")?.id == sent.conversation.id)
            try expect(try await store.activeReplies(uid: "ann").map(\.replyID) == [sent.reply.id])
        },
        ContractCheck("a reply keeps the id of the request that asked for it") { store in
            let result = try await store.send(NewMessage(content: "Why?", requestID: "r1"), uid: "ann")
            guard case .stored(let sent) = result else { throw ContractViolation(description: "\(result)") }
            let taken = try await store.take(sent.reply)
            try expect(sent.reply.requestID == "r1" && taken.reply.requestID == "r1")
        },
        ContractCheck("nothing of one user is found by another") { store in
            let sent = try await store.answered("secret", by: "too")
            let (conversation, message, reply) = (sent.conversation.id, sent.message.id, sent.reply.id)
            let uid = "bob"
            try expect(try await store.conversation(conversation, uid: uid) == nil)
            try expect(try await store.conversations(uid: uid, cursor: nil, limit: 9)?.conversations == [])
            let page = try await store.messages(
                conversation: conversation,
                uid: uid,
                through: nil,
                before: nil,
                limit: 9
            )
            try expect(page == nil)
            try expect(try await store.messageIDs(conversation: conversation, uid: uid, .everything) == nil)
            try expect(try await store.message(message, uid: uid) == nil)
            try expect(try await store.reply(reply, uid: uid) == nil)
            try expect(try await store.log(reply: reply, uid: uid, after: 0) == nil)
            try expect(try await store.stop(reply: reply, uid: uid) == .notFound)
            try expect(try await store.regenerate(reply: reply, uid: uid, requestID: nil) == .notFound)
            let change = ConversationChange(title: "mine")
            try expect(try await store.change(conversation: conversation, uid: uid, change) == nil)
            try expect(try await !store.delete(conversation: conversation, uid: uid))
            try expect(try await store.delete(message: message, uid: uid) == nil)
            for place in [NewMessage.Place.conversation(conversation), .beside(message)] {
                try expect(try await store.send(.init(in: place, content: "x"), uid: uid) == .notFound)
            }
            try expect(try await store.usage(uid: uid, days: 1).isEmpty)
            try expect(try await store.page(conversation).messages.map(\.content) == ["secret"])
        },
        ContractCheck("a key given again answers with what was stored, or as a conflict") { store in
            let sent = try await store.ask("Why?", key: "k")
            let again = try await store.send(.init(content: "Why?", idempotencyKey: "k"), uid: "ann")
            guard case .repeated(let earlier) = again else { throw ContractViolation(description: "\(again)") }
            try expect(earlier.reply.id == sent.reply.id && earlier.message.id == sent.message.id)
            let other = try await store.send(.init(content: "How?", idempotencyKey: "k"), uid: "ann")
            try expect(other == .conflict, "\(other)")
            try expect(try await store.ask("Why?", uid: "bob", key: "k").reply.id != sent.reply.id)
        },
        ContractCheck("a key whose question was deleted stores nothing") { store in
            let first = try await store.ask("Why?", key: "k")
            _ = try await store.delete(message: first.message.id, uid: "ann")
            let again = NewMessage(content: "Why?", idempotencyKey: "k")
            try expect(try await store.send(again, uid: "ann") == .notFound)
            let second = try await store.ask("Why?", key: "l")
            _ = try await store.delete(conversation: second.conversation.id, uid: "ann")
            try expect(try await store.send(.init(content: "Why?", idempotencyKey: "l"), uid: "ann") == .notFound)
        },
        ContractCheck("of the same key at once, one question is stored") { store in
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        switch try await store.send(.init(content: "Why?", idempotencyKey: "k"), uid: "ann") {
                        case .stored(let sent), .repeated(let sent): sent.reply.id
                        case let other: throw ContractViolation(description: "\(other)")
                        }
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            try expect(ids.count == 1, "\(ids)")
        },
        ContractCheck("texts come back byte for byte") { store in
            let text = "'; DROP TABLE messages; -- \"\\ \u{FEFF}e\u{301} \u{202E} 天空 👩‍👩‍👧\r\n\t%_"
            let sent = try await store.answered(text, by: text)
            let found = try unwrap(try await store.message(sent.message.id, uid: "ann"))
            try expect(Array(found.content.utf8) == Array(text.utf8))
            try expect(Array(found.replies[0].content.utf8) == Array(text.utf8))
        },
        ContractCheck("the list is newest first, comes in pages, and a nonsense cursor is told") { store in
            var ids: [String] = []
            for number in 0..<5 { ids.insert(try await store.ask("\(number)").conversation.id, at: 0) }
            var found: [String] = []
            var cursor: String?
            repeat {
                let page = try unwrap(try await store.conversations(uid: "ann", cursor: cursor, limit: 2))
                try expect(page.conversations.count <= 2)
                found += page.conversations.map(\.id)
                cursor = page.nextCursor
            } while cursor != nil && found.count < 9
            try expect(Set(found) == Set(ids) && found.count == 5, "\(found)")
            try expect(try await store.conversations(uid: "ann", cursor: "no cursor", limit: 2) == nil)
        },
        ContractCheck("a change changes what it names and nothing else") { store in
            let id = try await store.ask("Why?").conversation.id
            let change = ConversationChange(title: "Sky", systemPrompt: "Be short.", model: "big", thinking: true)
            let changed = try unwrap(try await store.change(conversation: id, uid: "ann", change))
            try expect(changed.title == "Sky" && changed.systemPrompt == "Be short." && changed.thinking == true)
            let cleared = try await store.change(conversation: id, uid: "ann", ConversationChange(model: .some(nil)))
            try expect(cleared?.model == nil && cleared?.title == "Sky" && cleared?.systemPrompt == "Be short.")
            let next = try await store.ask("and?", .conversation(id))
            try expect(next.reply.thinking == true && next.reply.model == nil)
        },
    ]

    static let tree: [ContractCheck<any ChatStore>] = [
        ContractCheck("a question goes behind the newest, or the one that is named") { store in
            let one = try await store.ask("1")
            let id = one.conversation.id
            let two = try await store.ask("2", .conversation(id))
            let other = try await store.ask("2b", .conversation(id, after: one.message.id))
            try expect(two.message.parentID == one.message.id && other.message.parentID == one.message.id)
            try expect(try await store.page(id).messages.map(\.content) == ["1", "2b"])
            try expect(try await store.page(id, through: two.message.id).messages.map(\.content) == ["1", "2"])
            let missing = NewMessage(in: .conversation(id, after: "nothing"), content: "3")
            try expect(try await store.send(missing, uid: "ann") == .parentNotFound)
        },
        ContractCheck("an edited question is a version beside the first") { store in
            let one = try await store.ask("1")
            let edited = try await store.ask("1b", .beside(one.message.id))
            let page = try await store.page(one.conversation.id)
            try expect(page.messages.map(\.content) == ["1b"])
            try expect(
                page.messages[0].versions == [one.message.id, edited.message.id],
                "\(page.messages[0].versions)"
            )
        },
        ContractCheck("history comes in pages from the end of the branch") { store in
            let first = try await store.ask("0")
            for number in 1..<5 { _ = try await store.ask("\(number)", .conversation(first.conversation.id)) }
            let end = try await store.page(first.conversation.id, limit: 2)
            try expect(end.messages.map(\.content) == ["3", "4"] && end.hasEarlier)
            let before = try await store.page(first.conversation.id, before: end.messages[0].id, limit: 9)
            try expect(before.messages.map(\.content) == ["0", "1", "2"] && !before.hasEarlier)
            let all = try unwrap(
                try await store.messageIDs(conversation: first.conversation.id, uid: "ann", .branch(through: nil))
            )
            try expect(all == before.messages.map(\.id) + end.messages.map(\.id))
        },
        ContractCheck("a deleted question leaves its place to what followed; a version takes its branch along") {
            store in
            let one = try await store.ask("1")
            let id = one.conversation.id
            let two = try await store.ask("2", .conversation(id))
            _ = try await store.ask("3", .conversation(id))
            let alone = try await store.delete(message: two.message.id, uid: "ann")
            try expect(alone == DeletedMessages(conversationID: id, ids: [two.message.id]), "\(alone as Any)")
            try expect(try await store.page(id).messages.map(\.content) == ["1", "3"])
            let edited = try await store.ask("1b", .beside(one.message.id))
            let branch = try unwrap(try await store.delete(message: one.message.id, uid: "ann"))
            try expect(branch.ids.count == 2 && branch.ids.contains(one.message.id))
            try expect(try await store.messageIDs(conversation: id, uid: "ann", .everything) == [edited.message.id])
            try expect(try await store.reply(one.reply.id, uid: "ann") == nil)
        },
        ContractCheck("history for the model is the branch's, with last answers, within its bytes") { store in
            let one = try await store.answered("q1", by: "a1")
            let id = one.conversation.id
            for number in 2...9 { try await store.answered("q\(number)", by: "a\(number)", .conversation(id)) }
            let last = try await store.ask("now", .conversation(id))
            let all = try await store.history(before: last.reply, byteLimit: 1000)
            try expect(all.map(\.question) == (1...9).map { "q\($0)" } && all.map(\.answer) == (1...9).map { "a\($0)" })
            let some = try await store.history(before: last.reply, byteLimit: 4 * 6)
            try expect(!some.isEmpty && some.count <= 6 && some == Array(all.suffix(some.count)), "\(some)")
            try expect(try await store.history(before: one.reply, byteLimit: 1000).isEmpty)
        },
        ContractCheck("a history that is cut keeps its beginning for many questions") { store in
            let id = try await store.answered("q", by: "a").conversation.id
            var beginnings: [Int] = []
            for count in 1..<60 {
                let next = try await store.ask("q", .conversation(id))
                let kept = try await store.history(before: next.reply, byteLimit: 40).count
                if beginnings.last != count - kept { beginnings.append(count - kept) }
                try await store.complete(next.reply, "a")
            }
            try expect(beginnings.count <= 8, "\(beginnings)")
        },
    ]
}
