import FoundationEssentials
import PlatformCore
import TestSupport
import Testing

/// `hawk backup` and `hawk check`, beside a running host.
@Suite(.serialized) struct BackupTests {
    @Test func `a backup made under load is sound, and a host goes on from it`() async throws {
        let rig = try await HawkRig(.single)
        let ada = try await HawkUser("ada", rig: rig)
        var kept: [HawkUser.Sent] = []
        for number in 0..<3 { kept.append(try await ada.send("number \(number) [[tokens 60]]")) }
        let file = rig.directory.file("backup.sqlite")
        let made = try await hawk(["backup", file], rig)
        #expect(made.exit == .code(0), "\(made.text)")
        for copy in [file, "\(file).queue"] {
            let checked = try await hawk(["check", copy], rig)
            #expect(checked.exit == .code(0), "\(checked.text)")
            #expect(checked.text.contains("sound"))
            let attributes = try FileManager.default.attributesOfItem(atPath: copy)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        #expect(try await hawk(["check", file], rig).text.contains("messages: 3"))
        #expect(try await hawk(["check"], rig).text.contains("queue.sqlite: jobs"))
        let again = try await hawk(["backup", file], rig)
        #expect(again.exit == .code(1))
        #expect(again.text.contains("there already"))

        try await rig.process(.hawk).kill()
        let data = rig.directory.file("data")
        for name in ["hawk.sqlite", "queue.sqlite"] {
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: "\(data)/\(name)\(suffix)")
            }
        }
        try Files.create("\(data)/hawk.sqlite", with: try Files.read(file))
        try rig.start(.hawk)
        try await rig.isReady()
        for sent in kept {
            try await eventually(.seconds(60), "\(sent.replyID) is answered after the restore") {
                try await ada.replies(sent.conversationID).first?.state == "finished"
            }
        }
    }

    @Test func `what is damaged, missing or somebody else's is told`() async throws {
        let rig = try await HawkRig(.single)
        let ada = try await HawkUser("ada", rig: rig)
        for number in 0..<3 { _ = try await ada.send("number \(number)") }
        let file = rig.directory.file("backup.sqlite")
        _ = try await hawk(["backup", file], rig)
        var bytes = try Files.read(file)
        for index in 8192..<min(bytes.count, 40_960) { bytes[index] = 0x5A }
        let broken = rig.directory.file("broken.sqlite")
        try Files.create(broken, with: bytes)
        #expect(try await hawk(["check", broken], rig).exit == .code(1))
        #expect(try await hawk(["check", rig.directory.file("none.sqlite")], rig).exit == .code(1))
        let text = rig.directory.file("text")
        try Files.create(text, with: "this is no database, only a text of some length".utf8)
        #expect(try await hawk(["check", text], rig).exit == .code(1))
        #expect(try await hawk(["backup"], rig).exit == .code(2))
    }

    /// Runs the program to its end beside the rig's host.
    private func hawk(_ arguments: [String], _ rig: HawkRig) async throws -> (exit: ChildProcess.Exit, text: String) {
        let log = TemporaryDirectory()
        let process = try ChildProcess(
            Programs.path("hawk"),
            arguments,
            environment: ["HAWK_DATA": rig.directory.file("data")],
            output: log.file("log")
        )
        return (try await process.ended(), process.text())
    }
}
