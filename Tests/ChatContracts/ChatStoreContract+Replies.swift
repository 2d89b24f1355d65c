import ChatAPIKit

extension ChatStoreContract {
    static let attempts: [ContractCheck<any ChatStore>] = [
        ContractCheck("an attempt begins with its row, and numbers have no gaps") { store in
            let sent = try await store.ask("Why?")
            let taken = try await store.take(sent.reply)
            try expect(taken.question == "Why?" && taken.reply.attempt == 1 && taken.row.kind == .started)
            let rows = try unwrap(
                try await store.append([.reasoning("hm"), .content("Be")], reply: sent.reply.id, attempt: 1)
            )
            try expect(rows.map(\.seq) == [2, 3] && rows.map(\.kind) == [.reasoning, .content], "\(rows)")
            let log = try unwrap(try await store.log(reply: sent.reply.id, uid: "ann", after: 1))
            try expect(log.rows == rows && log.lastSeq == 3 && log.state == .running && log.attempt == 1, "\(log)")
        },
        ContractCheck("of two workers at once one gets the reply") { store in
            let sent = try await store.ask()
            let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let result = try await store.takeAttempt(
                            reply: sent.reply.id,
                            jobID: "job \(number)",
                            takeOverAfter: .seconds(3600)
                        )
                        if case .taken = result { return true }
                        return false
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            try expect(taken == 1, "\(taken)")
        },
        ContractCheck("another job waits until a reply was untouched for long enough; the same one need not") { store in
            let reply = try await store.ask().reply
            try await store.take(reply)
            let held = try await store.takeAttempt(reply: reply.id, jobID: "other", takeOverAfter: .seconds(60))
            guard case .held(let time) = held, time > .zero, time <= .seconds(60) else {
                throw ContractViolation(description: "\(held)")
            }
            try expect(try await store.take(reply).reply.attempt == 2)
            let over = try await store.takeAttempt(reply: reply.id, jobID: "other", takeOverAfter: .zero)
            guard case .taken(let attempt) = over else { throw ContractViolation(description: "\(over)") }
            try expect(attempt.reply.attempt == 3 && attempt.row.kind == .reset)
        },
        ContractCheck("a later attempt replaces the text, and fences the one before") { store in
            let reply = try await store.ask().reply
            try await store.take(reply)
            _ = try await store.append([.content("first")], reply: reply.id, attempt: 1)
            try await store.take(reply)
            try expect(try await store.append([.content("late")], reply: reply.id, attempt: 1) == nil)
            try expect(try await !store.touch(reply: reply.id, attempt: 1))
            try expect(try await !store.note(.busy, reply: reply.id, attempt: 1))
            let end = GenerationEnd(finishReason: "stop")
            try expect(try await store.finish(reply: reply.id, attempt: 1, with: end) == .fenced)
            try expect(try await store.fail(reply: reply.id, attempt: 1, code: .busy) == .fenced)
            _ = try await store.append([.content("second")], reply: reply.id, attempt: 2)
            _ = try await store.finish(reply: reply.id, attempt: 2, with: end)
            try expect(try await store.reply(reply.id, uid: "ann")?.content == "second")
            let rows = try unwrap(try await store.log(reply: reply.id, uid: "ann", after: 0)).rows
            try expect(rows.map(\.kind) == [.started, .reset, .content, .finished], "\(rows)")
            try expect(rows.map(\.seq) == [1, 3, 4, 5], "\(rows)")
        },
        ContractCheck("one reply of a conversation runs at a time, in the order of asking") { store in
            let one = try await store.ask("1")
            let two = try await store.ask("2", .conversation(one.conversation.id))
            let early = try await store.takeAttempt(reply: two.reply.id, jobID: "2", takeOverAfter: .seconds(60))
            try expect(
                early == .waiting(for: SweepCandidate(replyID: one.reply.id, conversationID: one.conversation.id)),
                "\(early)"
            )
            try await store.complete(one.reply, "x")
            try await store.take(two.reply)
        },
        ContractCheck("what a queue may have lost is found, page by page, and nothing else") { store in
            var replies: [String] = []
            for number in 0..<5 { replies.append(try await store.ask("\(number)").reply.id) }
            try await store.answered("ended", by: "x")
            var found: [String] = []
            var last: SweepCandidate?
            repeat {
                let page = try await store.sweepCandidates(
                    queuedFor: .zero,
                    untouchedFor: .seconds(3600),
                    after: last,
                    limit: 2
                )
                found += page.map(\.replyID)
                last = page.last
            } while last != nil && found.count < 9
            try expect(found == replies, "\(found)")
            let old = try await store.sweepCandidates(
                queuedFor: .seconds(3600),
                untouchedFor: .seconds(3600),
                after: nil,
                limit: 9
            )
            try expect(old.isEmpty, "\(old)")
        },
        ContractCheck("deleting fences the workers") { store in
            let sent = try await store.ask()
            try await store.take(sent.reply)
            try expect(try await store.delete(conversation: sent.conversation.id, uid: "ann"))
            try expect(try await store.append([.content("x")], reply: sent.reply.id, attempt: 1) == nil)
            let end = GenerationEnd(finishReason: "stop")
            try expect(try await store.finish(reply: sent.reply.id, attempt: 1, with: end) == .notFound)
            try expect(try await store.positions(of: [sent.reply.id]).isEmpty)
            let again = try await store.takeAttempt(reply: sent.reply.id, jobID: "1", takeOverAfter: .zero)
            try expect(again == .notFound, "\(again)")
        },
    ]

    static let endings: [ContractCheck<any ChatStore>] = [
        ContractCheck("a finish stores text, usage and end row, once") { store in
            let reply = try await store.ask().reply
            try await store.take(reply)
            _ = try await store.append([.reasoning("hm"), .content("Be")], reply: reply.id, attempt: 1)
            _ = try await store.append([.content("cause")], reply: reply.id, attempt: 1)
            let usage = TokenUsage(promptTokens: 9, cachedTokens: 4, completionTokens: 3, reasoningTokens: 1)
            let result = try await store.finish(
                reply: reply.id,
                attempt: 1,
                with: .init(finishReason: "stop", usage: usage)
            )
            guard case .ended(let end) = result else { throw ContractViolation(description: "\(result)") }
            try expect(end.reply.content == "Because" && end.reply.reasoning == "hm" && end.reply.usage == usage)
            try expect(end.row.kind == .finished && end.row.seq == 5 && end.reply.lastSeq == 5, "\(end.row)")
            try expect(try await store.reply(reply.id, uid: "ann") == end.reply)
            try expect(try await store.stop(reply: reply.id, uid: "ann") == .alreadyEnded(end))
            let taken = try await store.takeAttempt(reply: reply.id, jobID: "job", takeOverAfter: .zero)
            try expect(taken == .ended(end), "\(taken)")
        },
        ContractCheck("a stop keeps the text so far, and a queued reply can be stopped") { store in
            let reply = try await store.ask().reply
            try await store.take(reply)
            _ = try await store.append([.content("Be")], reply: reply.id, attempt: 1)
            guard case .ended(let end) = try await store.stop(reply: reply.id, uid: "ann") else {
                throw ContractViolation(description: "a running reply was not stopped")
            }
            try expect(end.reply.state == .stopped && end.reply.content == "Be" && end.row.kind == .stopped)
            let queued = try await store.ask().reply
            guard case .ended(let none) = try await store.stop(reply: queued.id, uid: "ann") else {
                throw ContractViolation(description: "a queued reply was not stopped")
            }
            try expect(none.row.seq == 1 && none.reply.content.isEmpty)
        },
        ContractCheck("of a stop and a finish at once one wins") { store in
            for _ in 0..<5 {
                let reply = try await store.ask().reply
                try await store.take(reply)
                async let stop = store.stop(reply: reply.id, uid: "ann")
                async let finish = store.finish(reply: reply.id, attempt: 1, with: .init(finishReason: "stop"))
                let wins = try await [stop, finish].count { if case .ended = $0 { true } else { false } }
                try expect(wins == 1, "\(wins)")
            }
        },
        ContractCheck("a failure is worded by its code, or by the one noted last") { store in
            let noted = try await store.ask().reply
            try await store.take(noted)
            try expect(try await store.note(.busy, reply: noted.id, attempt: 1))
            guard case .ended(let first) = try await store.fail(reply: noted.id, attempt: nil, code: nil) else {
                throw ContractViolation(description: "not failed")
            }
            try expect(first.reply.failure?.code == "model_busy" && first.row.kind == .failed)
            let refused = try await store.ask().reply
            try await store.take(refused)
            guard case .ended(let second) = try await store.fail(reply: refused.id, attempt: 1, code: .refused) else {
                throw ContractViolation(description: "not failed")
            }
            try expect(second.reply.failure?.code == "model_refused" && second.reply.failure?.isRetryable == false)
        },
        ContractCheck("another answer is made when none is under way, and both are kept") { store in
            let sent = try await store.ask()
            let early = try await store.regenerate(reply: sent.reply.id, uid: "ann", requestID: nil)
            guard case .unfinished = early else { throw ContractViolation(description: "\(early)") }
            try await store.complete(sent.reply, "one")
            guard
                case .created(let second) = try await store.regenerate(
                    reply: sent.reply.id,
                    uid: "ann",
                    requestID: "r2"
                )
            else {
                throw ContractViolation(description: "not created")
            }
            try expect(second.requestID == "r2" && second.model == sent.reply.model)
            try await store.complete(second, "two")
            let message = try unwrap(try await store.message(sent.message.id, uid: "ann"))
            try expect(message.replies.map(\.content) == ["one", "two"], "\(message.replies)")
        },
    ]

    static let upkeep: [ContractCheck<any ChatStore>] = [
        ContractCheck("usage is summed up by day and by conversation") { store in
            let sent = try await store.answered("1", by: "x")
            try await store.answered("2", by: "x", .conversation(sent.conversation.id))
            let total = UsageTotal(replies: 2, tokens: TokenUsage(promptTokens: 20, completionTokens: 4))
            let days = try await store.usage(uid: "ann", days: 2)
            try expect(days.reduce(UsageTotal()) { $0 + $1.total } == total, "\(days)")
            try expect(try await store.conversation(sent.conversation.id, uid: "ann")?.usage == total)
        },
        ContractCheck("a title is made once, and never over the user's") { store in
            let sent = try await store.ask()
            let id = sent.conversation.id
            try expect(try await store.titleSource(conversation: id) == nil, "a source without an answer")
            try expect(try await store.take(sent.reply).isUntitled)
            try await store.complete(sent.reply, "So.")
            let source = TitleSource(uid: "ann", question: "Why?", answer: "So.")
            try expect(try await store.titleSource(conversation: id) == source)
            try expect(try await store.title(conversation: id, as: "Sky", usage: nil)?.title == "Sky")
            try expect(try await store.title(conversation: id, as: "Sea", usage: nil) == nil)
            let own = try await store.answered("Why?", by: "So.").conversation.id
            _ = try await store.change(conversation: own, uid: "ann", ConversationChange(title: "mine"))
            try expect(try await store.title(conversation: own, as: "Sea", usage: nil) == nil)
            try expect(try await store.conversation(own, uid: "ann")?.title == "mine")
        },
        ContractCheck("folding loses nothing, and removes only what it is told to") { store in
            let sent = try await store.ask()
            try await store.take(sent.reply)
            for _ in 0..<20 { _ = try await store.append([.content("ab")], reply: sent.reply.id, attempt: 1) }
            _ = try await store.finish(reply: sent.reply.id, attempt: 1, with: .init(finishReason: "stop"))
            let before = try unwrap(try await store.log(reply: sent.reply.id, uid: "ann", after: 0))
            try expect(try await store.tidy(TidyRules(foldAfter: .seconds(3600)), limit: 5).isDone)
            try expect(try await store.log(reply: sent.reply.id, uid: "ann", after: 0) == before)
            while try await !store.tidy(TidyRules(foldAfter: .zero), limit: 5).isDone {}
            let after = try unwrap(try await store.log(reply: sent.reply.id, uid: "ann", after: 0))
            try expect(after.rows.map(\.kind) == [.reset, .finished] && after.rows.last == before.rows.last)
            try expect(after.rows[0].text.contains(String(repeating: "ab", count: 20)), after.rows[0].text)
            let rest = try await store.log(reply: sent.reply.id, uid: "ann", after: before.lastSeq - 1)
            try expect(rest?.rows == [before.rows[before.rows.count - 1]])
            var removed: [String] = []
            while true {
                let tidied = try await store.tidy(TidyRules(keepFor: .zero), limit: 5)
                removed += tidied.removed.map(\.id)
                if tidied.isDone { break }
            }
            try expect(removed == [sent.conversation.id], "\(removed)")
            try expect(try await store.reply(sent.reply.id, uid: "ann") == nil)
        },
    ]
}
