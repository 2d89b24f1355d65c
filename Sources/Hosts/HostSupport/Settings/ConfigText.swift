/// What `config` prints: every setting of a host as it holds, and where it comes from.
package enum ConfigText {
    /// One line per setting; secrets are said to be set, never shown.
    package static func of(_ host: HostName, flags: [String: String], environment: [String: String]) -> String {
        let rows = Setting.all.filter { $0.hosts.contains(host) }.map { setting in
            let (value, source) = given(setting, host, flags, environment)
            return (name: setting.hasFlag ? "--\(setting.name)" : setting.environment, value: value, source: source)
        }
        let names = rows.map(\.name.count).max() ?? 0
        return rows.map { row in
            let value = row.value.isEmpty ? "" : "  \(row.value)"
            return "\(row.name)\(String(repeating: " ", count: names - row.name.count))\(value)  (\(row.source))\n"
        }.joined()
    }

    private static func given(
        _ setting: Setting,
        _ host: HostName,
        _ flags: [String: String],
        _ environment: [String: String]
    ) -> (value: String, source: String) {
        func shown(_ value: String) -> String { setting.isSecret ? "set" : visible(value) }
        if let value = flags[setting.name], !value.isEmpty { return (shown(value), "flag") }
        if let value = environment[setting.environment], !value.isEmpty { return (shown(value), setting.environment) }
        let file = "\(setting.environment)_FILE"
        if setting.isSecret, let path = environment[file], !path.isEmpty { return ("set", "\(file)=\(visible(path))") }
        return (setting.defaultText(of: host), "default")
    }

    /// On one line, whatever is in it.
    private static func visible(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }
}
