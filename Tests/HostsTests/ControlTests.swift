import PlatformCore
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

/// What commands ask hosts that run: `status`, `connections`, and a `stop` that waits.
@Suite(.serialized) struct ControlTests {
    @Test
    func
        `status tells figures of the loops, the API, the worker and the queue, and connections whose sockets there are`()
        async throws
    {
        let rig = try await HawkRig(.single)
        let ada = try await HawkUser("ada", rig: rig)
        let tab = HawkDevice(ada)
        try await withDevices([tab]) {
            let sent = try await ada.send("What is [[tokens 5]]")
            _ = try await tab.sees(sent.replyID, in: "finished")
            try await eventually(.seconds(20), "the worker is done") { try await rig.status(.hawk).worker?.done == 1 }
            let status = try await rig.status(.hawk)
            #expect(status.host == "hawk" && status.version == HawkVersion.text && status.state == .running)
            #expect(status.process == rig.process(.hawk).id)
            #expect(status.mode == "everything in one process, in the background")
            #expect(Set(status.listeners.map(\.kind)) == [.page, .gateway, .admin, .simulator])
            #expect(status.listeners.allSatisfy { $0.isLocal })
            let gateway = try #require(status.gateway)
            #expect(gateway.loops.count == 2 && gateway.total.clients == 1 && gateway.total.messagesSent > 3)
            #expect(gateway.loops.reduce(0) { $0 + $1.messagesSent } == gateway.total.messagesSent)
            let api = try #require(status.api)
            #expect(api.requests > 2 && api.requestsFailed == 0)
            #expect(status.worker == HostStatus.Worker(concurrency: 32, running: 0, done: 1, failed: 0))
            #expect(status.queue == HostStatus.Queue())
            #expect(status.memoryBytes > 1 << 20 && status.uptimeSeconds > 0)

            let (table, exit) = try await rig.command(.hawk, "status")
            #expect(exit == .code(0))
            let lines = table.split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(table)")
            #expect(lines[0].hasPrefix("hawk 0.1.0  running  process \(status.process)  up "), "\(table)")
            #expect(lines.contains { $0.contains("WebSocket") && $0.contains("this machine only") })
            #expect(lines.contains { $0.split(separator: " ").prefix(2) == ["all", "1"] })
            #expect(table.contains("0 of 32 running, 1 done, 0 runs failed"))

            let list = try await rig.connections(.hawk)
            #expect(list.total == 1 && list.connections[0].uid == ada.uid)
            #expect(try await rig.connections(.hawk, "--uid", ada.uid).total == 1)
            #expect(try await rig.connections(.hawk, "--uid=nobody").total == 0)
            #expect(try await rig.connections(.hawk, "--address", "127.0.0.").total == 1)
            let (rows, _) = try await rig.command(.hawk, "connections", "--group", "none")
            #expect(rows == "no connections\n")
        }
    }

    @Test func `each host of a split installation has its own status, and only a gateway lists connections`()
        async throws
    {
        let rig = try await HawkRig(.split)
        let server = try await rig.status(.server)
        #expect(server.gateway?.loops.count == 2 && server.api == nil && server.worker == nil)
        #expect(Set(server.listeners.map(\.kind)) == [.gateway, .register, .inner, .admin])
        let api = try await rig.status(.api)
        #expect(api.gateway == nil && api.api != nil && api.queue != nil && api.worker == nil)
        try await eventually(.seconds(20), "the worker begins") {
            try await rig.status(.queue).worker?.concurrency == 32
        }
        #expect(try await rig.status(.queue).queue == HostStatus.Queue())
        let (said, exit) = try await rig.command(.api, "connections")
        #expect(exit == .code(2) && said.contains("hawk-api has no command \"connections\""), "\(said)")
    }

    @Test func `watching without a terminal prints one status after the other until Ctrl-C`() async throws {
        let host = try await LoneServer()
        for (options, text) in [(["--watch"], "hawk-server 0.1.0"), (["--watch", "--json"], #""host":"hawk-server""#)] {
            let watch = try host.start(["status"] + options)
            try await eventually(.seconds(20), "two statuses") { watch.text().ranges(of: text).count >= 2 }
            #expect(!watch.text().contains("\u{1B}"))
            watch.send(SIGINT)
            #expect(try await watch.ended() == .code(0))
        }
        let watch = try host.start(["status", "--watch"])
        try await watch.writes("bytes in/s")
        try await host.kill()
        try await watch.writes("does not answer")
    }

    @Test func `a host that does not run is told by exit code 3, and what a dead one left is no obstacle`()
        async throws
    {
        let host = try await LoneServer()
        #expect(try await host.run("status").1 == .code(0))
        let mode = try #require(fileMode(host.socket))
        #expect(mode & S_IFMT == S_IFSOCK && mode & 0o777 == 0o600)
        try await host.kill()
        #expect(fileMode(host.socket) != nil)
        for command in ["status", "connections"] {
            let (said, exit) = try await host.run(command)
            #expect(exit == .code(3) && said.contains("hawk-server does not run"), "\(said)")
        }
        try await host.start()
        #expect(try await host.run("status").1 == .code(0))
        #expect(try await host.run("stop").1 == .code(0))
        #expect(fileMode(host.socket) == nil)
        #expect(try await host.run("status").1 == .code(3))
    }

    @Test func `a path too long for a socket is told with the way out, and the host runs`() async throws {
        let host = try await LoneServer(subdirectory: String(repeating: "long-", count: 25))
        #expect(host.text().contains("commands such as status cannot ask this host"))
        #expect(host.text().contains("give a shorter --pid-file or --data"))
        let (said, exit) = try await host.run("status")
        #expect(exit == .code(4) && said.contains("hawk-server runs, and does not answer"), "\(said)")
        #expect(try await host.run("stop").1 == .code(0))
    }

    @Test func `what is no socket of a dead host is not removed`() async throws {
        let directory = TemporaryDirectory()
        try Files.replace(directory.file("hawk.sock"), with: "precious".utf8)
        let socket = ControlSocket(pidFile: directory.file("hawk.pid"))
        #expect(throws: SystemError.self) { _ = try socket.part(log: { _ in }, respond: { _ in .text("") }) }
        #expect(try Files.read(directory.file("hawk.sock")) == Array("precious".utf8))
    }

    @Test func `a host does not take the control socket of one that runs without its pid file`() async throws {
        let host = try await LoneServer()
        unlink(host.pidFile)
        let (said, exit) = try await host.run("start")
        #expect(exit == .code(1) && said.contains("which process \(host.id) serves"), "\(said)")
        #expect(try ControlClient(path: host.socket).status().process == host.id)
        kill(host.id, SIGTERM)
        #expect(try await host.ended() == .code(0))
        #expect(fileMode(host.socket) == nil)
    }

    @Test func `a control socket that was replaced is left to whose it is`() async throws {
        let directory = TemporaryDirectory()
        let socket = ControlSocket(pidFile: directory.file("hawk.pid"))
        let part = try socket.part(log: { _ in }, respond: { _ in .text("") })
        #expect(rename(socket.path, directory.file("old.sock")) == 0)
        try Files.replace(socket.path, with: "precious".utf8)
        let run = Task { try await part.run() }
        run.cancel()
        _ = await run.result
        #expect(try Files.read(socket.path) == Array("precious".utf8))
    }

    @Test func `an answer that is none is told in a plain sentence`() async throws {
        let directory = TemporaryDirectory()
        let socket = ControlSocket(pidFile: directory.file("hawk.pid"))
        let part = try socket.part(log: { _ in }, respond: { _ in .text("{\"host\":7}") })
        let run = Task { try await part.run() }
        defer { run.cancel() }
        let error = #expect(throws: ControlClient.Refused.self) { try ControlClient(path: socket.path).status() }
        #expect(error?.description.contains("says something else than this version of Hawk") == true)
    }

    @Test func `stop -g has a gateway take no more sockets and end when the last has gone, and stop ends it sooner`()
        async throws
    {
        for isHurried in [false, true] {
            let host = try await LoneServer()
            let socket = try await WebSocketClient.connect(host.url)
            _ = try await socket.nextText()
            let stop = try host.start(["stop", "-g"])
            try await eventually(.seconds(20), "the gateway finishes") { try await host.status().state == .finishing }
            await #expect(throws: (any Error).self) { _ = try await WebSocketClient.connect(host.url) }
            try await stop.writes("still there: 1 connections")
            socket.send(#"{"type":"ping"}"#)
            #expect(try await socket.nextText() == #"{"type":"pong"}"#)
            if isHurried {
                #expect(try await host.run("stop").1 == .code(0))
                #expect(try await socket.next() == .close(1001, "server is going down"))
            } else {
                socket.close()
            }
            #expect(try await stop.ended(within: .seconds(30)) == .code(0))
            #expect(try await host.ended() == .code(0), "\(host.text())")
        }
    }

    @Test func `stop -g lets the answer that is written come to its end`() async throws {
        let rig = try await HawkRig(.split)
        let ada = try await HawkUser("ada", rig: rig)
        let sent = try await ada.send("tell me [[tokens 60]] [[slow 400]]")
        try await eventually(.seconds(20), "the answer is written") {
            try await rig.status(.queue).worker?.running == 1
        }
        let (said, exit) = try await rig.command(.queue, "stop", "-g")
        #expect(exit == .code(0), "\(said)")
        let reply = try #require(try await ada.replies(sent.conversationID).first)
        #expect(reply.state == "finished" && reply.attempt == 1)
        #expect(try await rig.process(.queue).ended() == .code(0))
    }

    @Test func `who asks half a question holds up nobody, and is closed`() async throws {
        let host = try await LoneServer()
        var stuck: [Int32] = []
        for _ in 0..<10 {
            let descriptor = try LocalSocket.connect(host.socket, patience: .seconds(60))
            try Files.write("GET /sta".utf8, to: descriptor, path: host.socket)
            stuck.append(descriptor)
        }
        #expect(try await host.status().process > 0)
        for descriptor in stuck {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &bytes, bytes.count, 0)
            #expect(count > 0 && String(decoding: bytes, as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
            close(descriptor)
        }
    }

    @Test func `another user is turned away`() throws {
        #expect(LocalSocket.admits(user: 1000, owner: 1000) && LocalSocket.admits(user: 0, owner: 1000))
        #expect(!LocalSocket.admits(user: 1001, owner: 1000) && !LocalSocket.admits(user: 1001, owner: 0))
    }

    @Test func `options that make no sense are all told at once`() async throws {
        let host = try await LoneServer()
        let cases: [([String], [String])] = [
            (["status", "--uid", "7", "x"], ["status does not take \"x\"", "--uid is no option of status"]),
            (["connections", "--limit", "0"], ["--limit: 0 is no number from 1 to 10000"]),
            (["connections", "--uid"], ["--uid needs a value"]),
            (["stop", "--json"], ["--json is no option of stop"]),
            (["status", "-g"], ["-g is for stop and restart"]),
        ]
        for (arguments, problems) in cases {
            let (said, exit) = try await host.run(arguments)
            #expect(exit == .code(2))
            for problem in problems { #expect(said.contains(problem), "\(said)") }
        }
    }

    private func fileMode(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode : nil
    }
}
