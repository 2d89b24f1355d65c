import ChatAPIKit
import PlatformCore
import SQLiteCore
import ServerCore
import TestSupport
import Testing

@testable import HostSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What operators' tools ask.
@Suite(.serialized) struct AdminTests {
    @Test func `figures are in Prometheus' text format`() {
        var metrics = Metrics()
        metrics.add("a_total", .counter, 3, "How many.")
        metrics.add("b", .gauge, [.init(labels: ["x": "say \"hi\"\\\n"], value: 0.5)], "How much.")
        metrics.add("c", .gauge, [], "Of nothing.")
        #expect(
            metrics.text == """
                # HELP a_total How many.
                # TYPE a_total counter
                a_total 3
                # HELP b How much.
                # TYPE b gauge
                b{x="say \\"hi\\"\\\\\\n"} 0.5

                """
        )
    }

    @Test func `a host of one process tells that it is ready, and what it did`() async throws {
        let rig = try await HawkRig(.single)
        let admin = rig.admin(.hawk)
        let ready = try await admin.request("GET", "/readyz")
        #expect(ready.status == 200, "\(ready.text)")
        #expect(ready.text == "gateway: ok\ndatabase: ok\nqueue: ok\nhost: ok\n")
        let ada = try await HawkUser("ada", rig: rig)
        let tab = HawkDevice(ada)
        try await withDevices([tab]) {
            let sent = try await ada.send("What is [[tokens 5]]")
            _ = try await tab.sees(sent.replyID, in: "finished")
        }
        let figures = try await admin.request("GET", "/metrics")
        #expect(figures.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        for line in [
            #"hawk_info{host="hawk",version="0.1.0"} 1"#, #"hawk_replies_total{end="finished"} 1"#,
            #"hawk_deepseek_calls_total{end="finished"} 1"#, "hawk_gateway_clients_opened_total 1",
            #"hawk_replies_total{end="failed"} 0"#, "# TYPE process_resident_memory_bytes gauge",
        ] {
            #expect(figures.text.split(separator: "\n").contains { $0 == line }, "\(line) in\n\(figures.text)")
        }
        let names = figures.text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
        #expect(Set(names).count == names.count, "a metric stands there twice")
        #expect(!figures.text.contains("ada"))
        #expect(try await admin.request("GET", "/healthz").text == "ok\n")
        #expect(try await admin.request("GET", "/").status == 404)
        #expect(try await admin.request("POST", "/metrics").status == 405)
    }

    @Test func `a host that lacks what it needs is not ready, and says what`() async throws {
        let rig = try await HawkRig(.split)
        let ends = ["database: ok", "queue: ok", "host: ok"]
        for role in [HawkRig.Role.api, .queue] {
            try await eventually(.seconds(20), "\(role) is ready\n\(rig.logs())") {
                (try? await rig.admin(role).request("GET", "/readyz"))?.status == 200
            }
        }
        #expect(try await rig.admin(.server).request("GET", "/readyz").text == "gateway: ok\nhost: ok\n")
        try await rig.terminate(.server)
        for role in [HawkRig.Role.api, .queue] {
            try await eventually(.seconds(20), "\(role) is not ready\n\(rig.logs())") {
                let answer = try? await rig.admin(role).request("GET", "/readyz")
                guard let answer, answer.status == 503 else { return false }
                let lines = answer.text.split(separator: "\n").map(String.init)
                let gateways = lines.first { $0.hasPrefix("gateways: ") }
                return gateways != nil && gateways != "gateways: ok" && ends.allSatisfy(lines.contains)
            }
        }
        try rig.start(.server)
        for role in [HawkRig.Role.api, .queue] {
            try await eventually(.seconds(30), "\(role) is ready again\n\(rig.logs())") {
                (try? await rig.admin(role).request("GET", "/readyz"))?.status == 200
            }
        }
    }

    @Test func `a database that takes no writes is not ready, and every failed use of it is counted`() async throws {
        let rig = try await HawkRig(.single)
        let admin = rig.admin(.hawk)
        let ada = try await HawkUser("ada", rig: rig)
        #expect(try await admin.request("GET", "/readyz").status == 200)
        let path = rig.directory.file("data/hawk.sqlite")
        let options = Database.Options(applicationID: ChatSchema.applicationID, migrations: ChatSchema.migrations)
        let other = try Database(path: path, options: options)
        let (isHeld, isOver) = (Lock(false), Lock(false))
        // As on a disk that is full, reading goes on.
        let holding = Task {
            try await other.write { _ in
                isHeld.withLock { $0 = true }
                while !isOver.withLock({ $0 }) { usleep(10_000) }
            }
        }
        try await eventually(.seconds(5), "the lock is held") { isHeld.withLock { $0 } }
        try await eventually(.seconds(20), "the database is not ready") {
            guard let answer = try? await admin.request("GET", "/readyz") else { return false }
            return answer.status == 503 && answer.text.contains("database: no answer within")
        }
        await #expect(throws: (any Error).self) { _ = try await ada.send("hello") }
        let figures = try await admin.request("GET", "/metrics").text
        let line = figures.split(separator: "\n").first { $0.hasPrefix("hawk_database_failures_total ") }
        #expect(line.flatMap { Int($0.split(separator: " ")[1]) } ?? 0 > 0, "\(figures)")
        isOver.withLock { $0 = true }
        try await holding.value
        try await eventually(.seconds(20), "ready again") {
            (try? await admin.request("GET", "/readyz"))?.status == 200
        }
    }

    @Test func `a check that never ends does not keep the answer`() async throws {
        let desk = AdminDesk()
        let (asked, never) = (Lock(0), AsyncStream<Void>.makeStream())
        desk.addCheck("stuck") {
            asked.withLock { $0 += 1 }
            await Task { for await _ in never.stream {} }.value
        }
        desk.addCheck("fine") {}
        let began = ContinuousClock.now
        async let first = desk.respond(to: get("/readyz"))
        async let second = desk.respond(to: get("/readyz"))
        for response in await [first, second] { #expect(response.status == 503) }
        #expect(ContinuousClock.now - began < .milliseconds(4500))
        #expect(asked.withLock { $0 } == 1, "who asks meanwhile shares the look")
        never.continuation.finish()
    }

    @Test func `who asks for figures gets an answer and is let go`() async throws {
        let rig = try await HawkRig(.single)
        let answer = try await rig.admin(.hawk).raw(Array("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        #expect(String(decoding: answer, as: UTF8.self).contains("Connection: close\r\n"))
    }

    @Test func `config tells every setting and where it comes from, and shows no secret`() {
        let text = ConfigText.of(
            .hawk,
            flags: ["api-listen": "127.0.0.1:9", "auth-secret": "sssecret"],
            environment: ["HAWK_LOOPS": "3", "HAWK_SECRET_FILE": "/run/s", "DEEPSEEK_API_KEY": "sk-sssecret"],
            cores: 2
        )
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        for line in [
            "--api-listen 127.0.0.1:9 (flag)", "--auth-secret set (flag)", "--loops 3 (HAWK_LOOPS)",
            "--secret set (HAWK_SECRET_FILE=/run/s)", "DEEPSEEK_API_KEY set (DEEPSEEK_API_KEY)",
            "--log-level info (default)", "--inner-listen off (default)",
        ] {
            #expect(lines.contains(line), "\(line) in\n\(text)")
        }
        #expect(lines.count == Setting.all.filter { $0.hosts.contains(.hawk) }.count)
        #expect(!text.contains("sssecret"))
    }

    private func get(_ path: String) -> HTTPRequest {
        HTTPRequest(method: "GET", target: path, path: path, peer: SocketAddress("127.0.0.1:1")!)
    }

    @Test func `config tells the values that defaults come to, no secret in an address and no control character`() {
        let text = ConfigText.of(
            .hawk,
            flags: ["data": "d", "deepseek-url": "https://u:sssecret@a.example/v1?k=sssecret", "model": "a\u{1b}[2Jb"],
            environment: [:],
            cores: 3
        )
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        for line in [
            "--loops 3 (default)", "--database d/hawk.sqlite (default)", "--queue sqlite:d/queue.sqlite (default)",
            "--pid-file d/run/hawk.pid (default)", "--titles off (default)",
            "--deepseek-url https://…@a.example/v1?… (flag)", "--model a\\u{1b}[2Jb (flag)",
        ] {
            #expect(lines.contains(line), "\(line) in\n\(text)")
        }
        #expect(!text.contains("sssecret") && !text.contains("\u{1b}"))
        let workers = ConfigText.of(.server, flags: ["business-workers": "on"], environment: [:], cores: 1)
        for name in ["init-message", "bind-lifetime"] {
            #expect(
                workers.split(separator: "\n").contains {
                    $0.hasPrefix("--\(name) ") && $0.hasSuffix(" off  (default)")
                }
            )
        }
    }
}
