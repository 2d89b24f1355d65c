import DeepSeekKit
import PlatformCore
import TestSupport
import Testing

/// Packed answers: unpacked piece by piece, never faster than they are taken.
@Suite struct GzipTests {
    private static func head(_ type: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
    }

    private static func client(_ server: RawServer) -> DeepSeekClient {
        .init(apiKey: "k", configuration: .init(baseURL: server.baseURL, retry: .init(limit: 0)))
    }

    @Test(arguments: [true, false])
    func `a bomb is refused at the limit, its rest never read`(_ isStreamed: Bool) async throws {
        let bomb = GzipBomb.zeros(2 << 30)
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.write(Self.head(isStreamed ? "text/event-stream" : "application/json"))
            connection.write(bomb)
        }
        let client = Self.client(server)
        let error: DeepSeekError?
        if isStreamed {
            error = await client.events().1
        } else {
            error = await #expect(throws: DeepSeekError.self) { _ = try await client.complete(.make()) }
        }
        #expect(error?.code == .decoding)
        #expect(error?.message.contains("longer than") == true)
        try await eventually(.seconds(20), "the connection is closed") { server.open == 0 }
        #expect(server.written < bomb.count)
    }

    @Test(
        arguments: [
            ("ended too early", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 0, 5, 0]),
            ("is not the gzip", Array("data: plain text\n\n".utf8)),
        ] as [(String, [UInt8])]
    )
    func `what is no gzip breaks the answer off`(_ complaint: String, _ bytes: [UInt8]) async throws {
        let server = try RawServer { connection in
            _ = connection.readRequest()
            connection.write(Self.head("text/event-stream"))
            connection.write(bytes)
        }
        let (_, error) = await Self.client(server).events()
        #expect(error?.code == .streamCut)
        #expect(error?.message.contains(complaint) == true)
    }
}
