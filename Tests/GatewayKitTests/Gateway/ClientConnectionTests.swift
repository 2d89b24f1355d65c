import GatewayKit
import TestSupport
import Testing

struct ClientConnectionTests {
    @Test(arguments: [1, 3])
    func `an asynchronous function gets every message in order, and what it sends first comes first`(
        loops: Int
    ) async throws {
        let gateway = Gateway(async: .init(listen: "127.0.0.1:0", loops: loops)) { connection in
            connection.client.send("welcome to \(connection.request.path)")
            for await message in connection { connection.client.send(message) }
        }
        try await withGateway(gateway) { _, url in
            let socket = try await WebSocketClient.connect("\(url)a/b")
            #expect(try await socket.nextText() == "welcome to /a/b")
            for number in 0..<500 { socket.send("\(number)") }
            for number in 0..<500 { #expect(try await socket.nextText() == "\(number)") }
            socket.send(binary: [1, 2, 3])
            #expect(try await socket.next() == .binary([1, 2, 3]))
        }
    }

    @Test func `messages that wait while the function is away keep their order, however many they are`() async throws {
        let gateway = Gateway(async: .init(listen: "127.0.0.1:0")) { connection in
            var taken = 0
            while let message = await connection.next() {
                connection.client.send(message)
                taken += 1
                if taken % 70 == 0 { try? await Task.sleep(for: .milliseconds(1)) }  // more come meanwhile
            }
        }
        try await withGateway(gateway) { _, url in
            let socket = try await WebSocketClient.connect(url)
            for burst in [1, 3, 5, 100, 700, 2, 90] {
                for number in 0..<burst { socket.send("\(burst) \(number)") }
                for number in 0..<burst { #expect(try await socket.nextText() == "\(burst) \(number)") }
            }
        }
    }

    @Test func `the socket is closed when the function returns`() async throws {
        let gateway = Gateway(async: .init(listen: "127.0.0.1:0")) { connection in
            guard let message = await connection.next() else { return }
            connection.client.send(message)
        }
        try await withGateway(gateway) { _, url in
            let socket = try await WebSocketClient.connect(url)
            socket.send("once")
            #expect(try await socket.nextText() == "once")
            #expect(try await socket.next() == .close(1000, ""))
        }
    }

    @Test func `when the socket closes, the messages end and the task is cancelled`() async throws {
        let ends = Mailbox<String>()
        let gateway = Gateway(async: .init(listen: "127.0.0.1:0")) { connection in
            for await _ in connection {}
            ends.push("messages ended")
            do {
                try await Task.sleep(for: .seconds(600))
            } catch {
                ends.push("cancelled")
            }
        }
        try await withGateway(gateway) { _, url in
            let socket = try await WebSocketClient.connect(url)
            socket.send("here")
            socket.close()
            for expected in ["messages ended", "cancelled"] {
                #expect(try await within(.seconds(20), expected) { try await ends.next() } == expected)
            }
        }
    }

    @Test func `a function that is busy slows its client down and nobody else`() async throws {
        let (released, received) = (Mailbox<Void>(), Mailbox<Int>())
        let gateway = Gateway(async: .init(listen: "127.0.0.1:0")) { connection in
            if connection.request.path == "/busy" { try? await released.next() }
            for await message in connection {
                if case .text(let text) = message { received.push(text.utf8.count) }
            }
        }
        try await withGateway(gateway) { gateway, url in
            let busy = try await WebSocketClient.connect("\(url)busy")
            let text = String(repeating: "x", count: 100_000)
            for _ in 0..<200 { busy.send(text) }
            let other = try await WebSocketClient.connect(url)
            other.send("12345")
            #expect(try await within(.seconds(20), "the other's message") { try await received.next() } == 5)
            // What the kernel keeps for a socket, one read, and little more have been taken so far.
            #expect(gateway.statistics.messagesReceived < 200)
            released.push(())
            for _ in 0..<200 {
                #expect(try await within(.seconds(20), "the messages") { try await received.next() } == 100_000)
            }
        }
    }
}
