extension HTTPConnection {
    /// What is left of a response once its head is written.
    private typealias Rest = (produce: @Sendable (HTTPBodyWriter) async throws -> Void, writer: HTTPBodyWriter)

    /// Has a complete request answered by a task on the loop.
    func respond(to head: RequestHead, _ body: [UInt8]) {
        phase = .responding
        let request = HTTPRequest(head, body: body, peer: stream.peer)
        let connection = LoopBound(self, to: site.loop)
        let respond = site.service.respond
        site.taskBegan()
        task = Task(executorPreference: site.loop) {
            let response = await respond(request)
            // Off the loop only if it has ended, and the connection with it.
            if let rest = connection.ifCurrent?.begin(response, head) {
                do {
                    try await rest.produce(rest.writer)
                    connection.ifCurrent?.finish(isComplete: true, head)
                } catch {
                    connection.ifCurrent?.finish(isComplete: false, resets: error is HTTPReset, head)
                }
            }
            connection.ifCurrent?.site.taskEnded()
        }
    }

    /// Writes a response's head, and its body unless that is streamed; returns the form that was written.
    @discardableResult
    func write(_ response: HTTPResponse, _ context: ResponseEncoder.Context, path: String) -> ResponseEncoder {
        if let encoder = ResponseEncoder(response, context, date: site.dateLine()) {
            stream.write(encoder.head)
            if case .bytes(let bytes) = response.body, encoder.form == .whole { stream.write(bytes) }
            return encoder
        }
        site.configuration.events(.invalidResponse(path: path))
        return write(.text("the server failed\n", status: 500), context, path: path)
    }

    private func begin(_ response: HTTPResponse, _ head: RequestHead) -> Rest? {
        guard stream.isOpen, case .responding = phase else { return nil }
        let context = ResponseEncoder.Context(
            isHead: head.method == "HEAD",
            minorVersion: head.minorVersion,
            keepsAlive: head.keepsAlive && !site.isDraining
        )
        let encoder = write(response, context, path: head.path)
        guard case .stream(let produce) = response.body, encoder.form == .chunked || encoder.form == .untilClose else {
            end(keepsAlive: encoder.keepsAlive)
            return nil
        }
        guard !hasPeerEnded else {
            stream.close()
            return nil
        }
        let output = HTTPOutput(stream, isChunked: encoder.form == .chunked)
        self.output = output
        keepsAliveAfterStream = encoder.keepsAlive
        return (produce, HTTPBodyWriter(LoopBound(output, to: site.loop)))
    }

    private func finish(isComplete: Bool, resets: Bool = false, _ head: RequestHead) {
        guard let output, case .responding = phase else { return }
        self.output = nil
        if isComplete, output.finish() { return end(keepsAlive: keepsAliveAfterStream) }
        output.leave()
        site.configuration.events(.streamFailed(path: head.path))
        // A client that goes by the end of the connection must not take a cut body for a whole one.
        if resets || head.minorVersion == 0 { stream.abort() } else { close() }
    }

    private func end(keepsAlive: Bool) {
        task = nil
        if keepsAlive, !site.isDraining { goOn() } else { close() }
    }
}
