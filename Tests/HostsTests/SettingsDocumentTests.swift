import HostSupport
import PlatformCore
import Testing

struct SettingsDocumentTests {
    @Test func `docs/settings.md lists every setting as help does`() throws {
        let path = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let document = String(decoding: try Files.read("/\(path)/docs/settings.md"), as: UTF8.self)
        let listed = document.split(separator: "\n").filter { $0.hasPrefix("| `") || $0.hasPrefix("| (no flag)") }
        #expect(listed.map(String.init) == Setting.all.map(row))
    }

    @Test(arguments: HostName.allCases)
    func `help names every setting of its host and no other`(host: HostName) {
        let help = HelpText.of(host)
        for setting in Setting.all {
            #expect(help.contains("      \(setting.environment); default") == setting.hosts.contains(host))
        }
    }

    @Test func `help tells the defaults of its own host`() {
        let help = HelpText.of(.server)
        #expect(help.contains("HAWK_INNER_LISTEN; default: 127.0.0.1:2900\n") && !help.contains("(hawk: off)"))
        #expect(HelpText.of(.hawk).contains("HAWK_INNER_LISTEN; default: off\n"))
        #expect(help.contains("HAWK_REGISTER; default: as --register-listen\n"))
        #expect(HelpText.of(.api).contains("HAWK_REGISTER; default: 127.0.0.1:1236\n"))
    }

    private func row(_ setting: Setting) -> String {
        let flag = setting.hasFlag ? "`--\(setting.name)\(setting.placeholder.map { " \($0)" } ?? "")`" : "(no flag)"
        let hosts = HostName.allCases.filter(setting.hosts.contains).map(\.rawValue).joined(separator: ", ")
        return "| \(flag) | `\(setting.environment)` | \(setting.defaultText) | \(hosts) | \(setting.help) |"
    }
}
