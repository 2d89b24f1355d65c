import TestSupport
import Testing

/// One id leads from an HTTP request to everything that is done for it, in whatever process.
@Suite(.serialized) struct RequestIDTests {
    @Test(arguments: [false, true])
    func `the answer's X-Request-Id is in the log of each process, at the model's server and in what is pushed`(
        isSplit: Bool
    ) async throws {
        let rig = try await HawkRig(isSplit ? .split : .single)
        let ada = try await HawkUser("ada", rig: rig)
        let tab = HawkDevice(ada)
        try await withDevices([tab]) {
            let answer = try await ada.request("POST", "/api/chat/send", body: #"{"content":"why [[tokens 5]]"}"#)
            let id = try #require(answer.headers["x-request-id"])
            let sent = try HawkUser.decode(HawkUser.Sent.self, answer)
            _ = try await tab.sees(sent.replyID, in: "finished")
            #expect(await tab.requestIDs == [id])
            let other = try await ada.request("POST", "/api/chat/replies/\(sent.replyID)/regenerate")
            let otherID = try #require(other.headers["x-request-id"])
            let second = try HawkUser.decode(HawkUser.Sent.self, other)
            _ = try await tab.sees(second.replyID, in: "finished")
            #expect(await tab.requestIDs == [id, otherID])
            let api = rig.process(isSplit ? .api : .hawk)
            let worker = rig.process(isSplit ? .queue : .hawk)
            for id in [id, otherID] {
                try await eventually(.seconds(10), "\(id) is in every log") {
                    lines(of: api, with: id, "reply wanted") == 1 && lines(of: worker, with: id, "reply taken") == 1
                        && lines(of: worker, with: id, "answer complete") == 1
                        && lines(of: worker, with: id, "reply finished") == 1
                }
            }
            if isSplit {
                let recorded = try await HTTPProbe(port: rig.simulatorPort).request("GET", "/recorded").text
                #expect(recorded.contains(id) && recorded.contains(otherID))
            }
        }
    }

    @Test func `the id of a trusted proxy is kept, that of anybody else is not, nor one that is none`() async throws {
        let rig = try await HawkRig(.single, settings: ["HAWK_TRUSTED_PROXY": "127.0.0.2"])
        let stranger = HTTPProbe(port: rig.apiPort)
        let given = ("X-Request-Id", "edge-7f.3")
        let ignored = try await stranger.request("GET", "/healthz", headers: [given])
        #expect(ignored.headers["x-request-id"] != given.1 && ignored.headers["x-request-id"]?.utf8.count == 16)
        let trusting = try await HawkRig(.single, settings: ["HAWK_TRUSTED_PROXY": "loopback"])
        let proxy = HTTPProbe(port: trusting.apiPort)
        #expect(try await proxy.request("GET", "/healthz", headers: [given]).headers["x-request-id"] == given.1)
        for bad in [#"{"a"}"#, "with space", String(repeating: "x", count: 129), ""] {
            let answer = try await proxy.request("GET", "/healthz", headers: [("X-Request-Id", bad)])
            #expect(answer.headers["x-request-id"]?.utf8.count == 16, "\(bad)")
        }
    }

    private func lines(of process: ChildProcess, with id: String, _ message: String) -> Int {
        process.text().split(separator: "\n").filter { $0.contains(id) && $0.contains(message) }.count
    }
}
