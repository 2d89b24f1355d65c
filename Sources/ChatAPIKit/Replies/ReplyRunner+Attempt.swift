extension ReplyRunner {
    /// One attempt, from its first push to its end.
    func perform(_ attempt: TakenAttempt, jobID: String) async throws -> ReplyOutcome {
        let reply = attempt.reply
        configuration.onEvent(
            .attemptStarted(replyID: reply.id, attempt: reply.attempt, jobID: jobID, requestID: reply.requestID)
        )
        let inbox = AttemptInbox()
        let key = watch.add(replyID: reply.id, attempt: reply.attempt) { inbox.lose() }
        defer { watch.remove(key) }
        await pusher.push(attempt.row, of: reply)
        let prompt = try await prompt(for: attempt)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await generate(prompt, into: inbox) }
            group.addTask { await touch(reply, orLose: inbox) }
            defer { group.cancelAll() }
            return try await write(attempt, from: inbox)
        }
    }

    /// System prompt, what was said before, and the question.
    func prompt(for attempt: TakenAttempt) async throws(ChatError) -> ReplyPrompt {
        let reply = attempt.reply
        var messages: [ReplyPrompt.Message] = []
        let systemPrompt = attempt.systemPrompt ?? configuration.systemPrompt
        if !systemPrompt.isEmpty { messages.append(.init(role: .system, text: systemPrompt)) }
        for turn in try await store.history(before: reply, byteLimit: configuration.historyLimit) {
            messages.append(.init(role: .user, text: turn.question))
            if let answer = turn.answer { messages.append(.init(role: .assistant, text: answer)) }
        }
        messages.append(.init(role: .user, text: attempt.question))
        return ReplyPrompt(
            replyID: reply.id,
            uid: reply.uid,
            model: reply.model,
            thinking: reply.thinking,
            messages: messages,
            requestID: reply.requestID
        )
    }

    private func generate(_ prompt: ReplyPrompt, into inbox: AttemptInbox) async {
        do {
            let end = try await generator.generate(prompt) { inbox.add($0) }
            // A stream whose task is cancelled may look like one that ended: half an answer must not be stored as whole.
            try Task.checkCancellation()
            inbox.end(.success(end))
        } catch {
            inbox.end(.failure(error))
        }
    }

    /// Says that the worker is alive, tokens or not, until the attempt is over.
    private func touch(_ reply: Reply, orLose inbox: AttemptInbox) async {
        while true {
            do { try await configuration.clock.sleep(for: configuration.touchInterval) } catch { return }
            do {
                guard try await store.touch(reply: reply.id, attempt: reply.attempt) else { return inbox.lose() }
            } catch {
                configuration.onEvent(.storeFailed(attempted: error.attempted, cause: error.cause))
            }
        }
    }

    /// Stores, then pushes, what comes in; ends when the model does or the attempt is lost.
    private func write(_ attempt: TakenAttempt, from inbox: AttemptInbox) async throws -> ReplyOutcome {
        let reply = attempt.reply
        while true {
            switch await inbox.next() {
            case .parts(let parts):
                guard try await append(parts, to: reply) else { return lost(reply) }
                try await configuration.clock.sleep(for: configuration.coalescing)
            case .ended(.success(let end)):
                let outcome = try await finish(reply, with: end)
                if attempt.isUntitled { await haveTitled(reply.conversationID) }
                return outcome
            case .ended(.failure(let error)):
                return try await fail(reply, with: error)
            case .lost:
                return lost(reply)
            }
        }
    }

    /// Stores text and pushes it; false when the attempt was fenced, and then nothing is pushed.
    private func append(_ parts: [ReplyPart], to reply: Reply) async throws(ChatError) -> Bool {
        guard let rows = try await store.append(parts, reply: reply.id, attempt: reply.attempt) else { return false }
        await configuration.checkpoint(.afterAppendBeforePush)
        for row in rows { await pusher.push(row, of: reply) }
        return true
    }

    private func finish(_ reply: Reply, with end: GenerationEnd) async throws(ChatError) -> ReplyOutcome {
        guard case .ended(let ended) = try await store.finish(reply: reply.id, attempt: reply.attempt, with: end) else {
            return lost(reply)
        }
        configuration.onEvent(
            .replyFinished(
                replyID: reply.id,
                attempt: reply.attempt,
                finishReason: end.finishReason,
                requestID: reply.requestID
            )
        )
        await configuration.checkpoint(.afterFinishBeforeSettle)
        await pusher.push(ended.row, of: ended.reply)
        return .done
    }

    private func haveTitled(_ conversationID: String) async {
        do {
            try await titles?.dispatchTitle(conversationID: conversationID)
        } catch {
            configuration.onEvent(.titleFailed(conversationID: conversationID, cause: "\(error)"))
        }
    }

    /// A permanent error ends the reply; any other is thrown, for the queue to count.
    private func fail(_ reply: Reply, with error: any Error) async throws -> ReplyOutcome {
        try Task.checkCancellation()
        let error = error as? GenerationError ?? GenerationError(.unavailable, cause: "\(error)")
        configuration.onEvent(
            .attemptFailed(
                replyID: reply.id,
                attempt: reply.attempt,
                cause: "\(error)",
                requestID: reply.requestID
            )
        )
        if error.isPermanent {
            try await fail(reply.id, attempt: reply.attempt, code: error.code, cause: error.cause)
            return .done
        }
        guard try await store.note(error.code, reply: reply.id, attempt: reply.attempt) else { return lost(reply) }
        throw error
    }

    private func lost(_ reply: Reply) -> ReplyOutcome {
        configuration.onEvent(.attemptLost(replyID: reply.id, attempt: reply.attempt, requestID: reply.requestID))
        return .done
    }
}
