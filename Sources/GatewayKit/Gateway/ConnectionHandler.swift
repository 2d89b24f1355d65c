import ServerCore

/// Serves each socket of a loop by an asynchronous function: what `Gateway(async:serve:)` makes.
final class ConnectionHandler: GatewayHandler {
    private let serve: @Sendable (ClientConnection) async -> Void

    init(_ serve: @escaping @Sendable (ClientConnection) async -> Void) { self.serve = serve }

    func opened(_ client: Client, request: UpgradeRequest) {
        let connection = ClientConnection(client, request)
        client.state = connection
        let confined = Confined(connection: connection)
        // It begins at once, so that what it sends first is the first that the client receives.
        let task = Task.immediate(executorPreference: client.shard.loop.tasks) { [serve] in
            await serve(confined.connection)
            confined.connection.client.close()
        }
        connection.begin(task)
        if client.isClosed { connection.end() }
    }

    func text(_ text: UTF8Span, from client: Client) { connection(of: client)?.push(.text(String(copying: text))) }

    func binary(_ bytes: RawSpan, from client: Client) {
        connection(of: client)?.push(.binary(bytes.withUnsafeBytes { Array($0) }))
    }

    func closed(_ client: Client, code: CloseCode, reason: String) {
        connection(of: client)?.end()
        client.state = nil
    }

    /// What `opened` has kept, unless the function has put something else there.
    private func connection(of client: Client) -> ClientConnection? {
        guard let state = client.state, type(of: state) == ClientConnection.self else { return nil }
        return unsafeDowncast(state, to: ClientConnection.self)  // a cast would cost more than all the rest
    }

    /// Carries a connection into its task.
    private struct Confined: @unchecked Sendable {
        // Proof of Sendable: the task prefers the loop's executor, so that it touches the connection on the loop only.
        let connection: ClientConnection
    }
}
