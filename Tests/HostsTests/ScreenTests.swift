import GatewayKit
import Testing

@testable import HostSupport

/// What operators read.
struct ScreenTests {
    private var status: HostStatus {
        HostStatus(
            host: "hawk-server",
            version: "0.1.0",
            process: 4711,
            state: .running,
            mode: "gateway and Register, in the foreground",
            startedAt: 1_700_000_000,
            uptimeSeconds: 100,
            memoryBytes: 45 << 20,
            processorSeconds: 12,
            descriptors: 30,
            maxDescriptors: 1_048_576,
            listeners: [Door(.register, at: "127.0.0.1:1236"), Door(.gateway, at: "0.0.0.0:8282")],
            gateway: .init(loops: [loop], total: loop)
        )
    }

    private var loop: HostStatus.Loop {
        HostStatus.Loop(
            connections: 12,
            clients: 11,
            messagesReceived: 1204,
            bytesReceived: 1 << 20,
            messagesSent: 12_345_678,
            bytesSent: 5 << 30,
            backlogBytes: 1536,
            messagesDropped: 3
        )
    }

    @Test func `a status has its figures in tables of 80 columns`() {
        #expect(
            StatusScreen(status).lines == [
                "hawk-server 0.1.0  running  process 4711  up 1m 40s",
                "gateway and Register, in the foreground",
                "memory 45.0 MiB  processor time 12s  descriptors 30 of 1.0M",
                "",
                "WebSocket  ws://0.0.0.0:8282  every network",
                "Register   127.0.0.1:1236     this machine only",
                "",
                "loop  connections  msgs in  msgs out  bytes in  bytes out  backlog  drops",
                "   0           12    1,204     12.3M   1.0 MiB    5.0 GiB  1.5 KiB      3",
                " all           12    1,204     12.3M   1.0 MiB    5.0 GiB  1.5 KiB      3",
            ]
        )
    }

    @Test func `counters are per second since the status before, of the same run`() {
        var later = status
        later.uptimeSeconds += 2
        later.processorSeconds += 1
        later.gateway?.loops[0].messagesReceived += 20
        later.gateway?.total.messagesReceived += 20
        let lines = StatusScreen(later, since: status).lines
        #expect(lines[2].contains("processor 50 %"))
        #expect(lines.contains("loop  connections  in/s  out/s  bytes in/s  bytes out/s  backlog  drops"))
        #expect(lines.contains(" all           12    10      0         0 B          0 B  1.5 KiB      3"))
        // The numbers of another run say nothing about this one.
        later.startedAt += 5
        #expect(StatusScreen(later, since: status).lines.contains { $0.contains("msgs in") })
    }

    @Test func `names that strangers chose cannot steer a terminal`() {
        let row = ConnectionReport.Row(
            clientId: "7f0000010b5400000001",
            uid: "\u{1B}]0;owned\u{07}\u{9B}2J",
            address: "127.0.0.1:1",
            groups: ["\u{202E}evil", "a\nb"],
            groupCount: 20,
            ageSeconds: 61,
            queuedBytes: 2048,
            messagesReceived: 1,
            messagesSent: 1
        )
        let text = ConnectionReport(connections: [row], total: 3).text
        for scalar in text.unicodeScalars where scalar != "\n" {
            let category = scalar.properties.generalCategory
            #expect(category != .control && category != .format)
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 3 && lines[1].contains("\\u{1b}]0;owned") && lines[1].contains("1m 1s"))
        #expect(lines[2] == "… and 2 more: see --limit, --uid, --group, --address")
        #expect(TextTable.visible("naïve 中文 7") == "naïve 中文 7")
    }

    @Test func `what JSON leaves alone in its strings is escaped for terminals too`() throws {
        let json = Array("{\"uid\":\"\u{9B}2J\u{7F}é\"}".utf8)
        #expect(ControlCommands.printable(json) == "{\"uid\":\"\\u009b2J\\u007fé\"}")
    }

    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_048_575, "1023.9 KiB"), (1 << 20, "1.0 MiB"),
        (Int.max, "8388608.0 TiB"),
    ])
    func `sizes are told in the greatest unit that fits`(bytes: Int, text: String) {
        #expect(Figure.bytes(bytes) == text)
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1000, "1,000"), (999_999, "999,999"), (1_000_000, "1.0M"), (1_999_999, "1.9M"),
        (2_000_000_000, "2.0G"),
    ])
    func `counts stay short`(count: Int, text: String) {
        #expect(Figure.count(count) == text)
    }

    @Test func `a start tells on a terminal what listens where, who gets there, and what a person should know`()
        throws
    {
        let settings = try Settings(host: .server, flags: [:], environment: [:], cores: 2)
        let announcement = Announcement(host: .server, settings: settings)
        announcement.opened(Door(.gateway, at: "127.0.0.1:8282"))
        announcement.note(.registerListening(address: "127.0.0.1:1236"))
        announcement.note(.innerListening(address: "10.0.0.7:2900"))
        let lines = announcement.text(hasColours: false).split(separator: "\n").map(String.init)
        #expect(lines[0].hasPrefix("hawk-server 0.1.0 runs, process "))
        #expect(lines.contains("WebSocket   ws://127.0.0.1:8282  this machine only  2 loops"))
        #expect(lines.contains("Register    127.0.0.1:1236       this machine only"))
        #expect(lines.contains("Inner port  10.0.0.7:2900        the network"))
        #expect(lines.contains { $0.hasPrefix("Secret") })
        #expect(lines.last == "Ctrl-C stops it. What it does: hawk-server status, hawk-server connections")
        #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines)")
    }

    @Test func `what a start says to try works as it is pasted`() throws {
        func lines(_ host: HostName, _ flags: [String: String], isRegisterOnly: Bool = false) throws -> [String] {
            let settings = try Settings(
                host: host,
                flags: flags,
                environment: [:],
                cores: 2,
                isToRun: false,
                isRegisterOnly: isRegisterOnly
            )
            let announcement = Announcement(host: host, settings: settings)
            announcement.opened(Door(.gateway, at: "127.0.0.1:8282"))
            return announcement.text(hasColours: false).split(separator: "\n").map(String.init)
        }
        let tries = "Ctrl-C stops it. What it does: "
        let server = try lines(.server, ["data": "my d'ata"])
        #expect(
            server.last
                == tries + "hawk-server status --data 'my d'\\''ata', hawk-server connections --data 'my d'\\''ata'"
        )
        #expect(server.contains { $0.hasPrefix("Secret") && !$0.contains("push") }, "\(server)")
        #expect(
            try lines(.server, [:], isRegisterOnly: true).last
                == tries + "hawk-server status --pid-file data/run/hawk-server-register.pid"
        )
        let hawk = try lines(.hawk, ["data": "d", "pid-file": "h.pid", "api-listen": "0.0.0.0:80"])
        #expect(hawk.last == tries + "hawk status --pid-file h.pid, hawk connections --pid-file h.pid")
        #expect(hawk.contains { $0.contains("`hawk token UID --data d`") }, "\(hawk)")
    }
}
