import PlatformCore
import TestSupport
import Testing

/// What must be in no line of any log, at the most talkative level: Authorization, cookies, query strings, proofs,
/// contents, what jobs carry.
@Suite(.serialized) struct NeverLoggedTests {
    @Test(arguments: [false, true])
    func `no log has what was sent in confidence`(isSplit: Bool) async throws {
        let rig = try await HawkRig(isSplit ? .split : .single)
        let ada = try await HawkUser("ada", rig: rig)
        let tab = HawkDevice(ada)
        try await withDevices([tab]) {
            for question in ["confidential-question [[tokens 5]]", "confidential-question [[error 401]]"] {
                let sent = try await ada.send(question, key: "confidential-key-\(question.count)")
                _ = try await tab.sees(sent.replyID, in: question.hasSuffix("5]]") ? "finished" : "failed")
                let of = "/api/chat/conversations/\(sent.conversationID)"
                for target in [
                    "\(of)/messages", "\(of)/export", "/api/chat/usage", "/api/chat/replies/\(sent.replyID)/log",
                ] {
                    _ = try await ada.request("GET", "\(target)?through=confidential-query&token=confidential-query")
                }
                let change = #"{"title":"confidential-title","system_prompt":"confidential-prompt"}"#
                _ = try await ada.request("PATCH", of, body: change)
                let bind = #"{"client_id":"7f00000123280000000a","proof":"confidential-proof"}"#
                _ = try await ada.request("POST", "/api/chat/bind", body: bind)
                _ = try await ada.request("POST", "/api/chat/send", body: #"{"content":"confidential-broken"#)
            }
            try await knock(rig)
        }
        for role in rig.roles { try await rig.terminate(role) }
        let logs = rig.logs()
        #expect(logs.contains("reply finished") && logs.contains("reply failed"))
        for line in logs.split(separator: "\n") {
            #expect(!line.contains("confidential"), "\(line)")
            #expect(!line.contains("Bearer") && !line.contains("eyJ"), "\(line)")
            #expect(!line.contains("replyID\\\"") && !line.contains("replyID\""), "\(line)")
        }
    }

    /// Requests that are refused at every door.
    private func knock(_ rig: HawkRig) async throws {
        let headers = [
            ("Authorization", "Bearer confidential.token.x"), ("Cookie", "session=confidential-cookie"),
            ("X-Other", "confidential-header"),
        ]
        for port in [rig.apiPort, rig.gatewayPort] {
            let probe = HTTPProbe(port: port)
            for target in [
                "/api/chat/usage?access_token=confidential-query", "/?confidential-query", "/confidential-path",
            ] {
                _ = try? await probe.request("GET", target, headers: headers)
            }
            for text in [
                "confidential-nonsense\r\n\r\n", "GET /?confidential-query HTTP/9.9\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nCookie confidential-cookie\r\n\r\n",
                "POST /api/chat/send HTTP/1.1\r\nHost: x\r\nContent-Length: confidential\r\n\r\n",
            ] {
                _ = try? await probe.raw(Array(text.utf8))
            }
        }
        let socket = try await WebSocketClient.connect("ws://127.0.0.1:\(rig.gatewayPort)/?token=confidential-query")
        socket.send("confidential-frame")
        _ = try? await socket.next(within: .seconds(1))
    }
}
