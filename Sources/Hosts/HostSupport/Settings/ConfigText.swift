/// What `config` prints: every setting of a host as it holds, and where it comes from.
package enum ConfigText {
    /// One line per setting; secrets are said to be set, never shown.
    ///
    /// `cores` is the default of `--loops`. Where settings cannot be read, defaults that depend on others are described.
    package static func of(
        _ host: HostName,
        flags: [String: String],
        environment: [String: String],
        cores: Int
    ) -> String {
        let settings = try? Settings(host: host, flags: flags, environment: environment, cores: cores, isToRun: false)
        let rows = Setting.all.filter { $0.hosts.contains(host) }.map { setting in
            var (value, source) = given(setting, host, flags, environment)
            if source == "default", let settings { value = settings.dependentDefault(setting.name, host) ?? value }
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

    /// On one line, without what may be secret in an address, and without what a terminal would obey.
    fileprivate static func visible(_ text: String) -> String {
        withoutSecrets(text).unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                "\\u{\(String(scalar.value, radix: 16))}"
            default: String(scalar)
            }
        }.joined()
    }

    /// An address without its user, password, query and fragment; any other text as it is.
    private static func withoutSecrets(_ text: String) -> String {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return text }
        let rest = parts[1].prefix { $0 != "?" && $0 != "#" }
        let authority = rest.prefix { $0 != "/" }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        let end = rest.endIndex == parts[1].endIndex ? "" : "?…"
        let user = host.count == authority.count ? "" : "…@"
        return "\(parts[0])://\(user)\(host)\(rest.dropFirst(authority.count))\(end)"
    }
}

extension Settings {
    /// The value of a default that depends on the machine or on other settings; nil for any other.
    fileprivate func dependentDefault(_ name: String, _ host: HostName) -> String? {
        switch name {
        case "loops": "\(loops)"
        case "database": ConfigText.visible(database)
        case "queue": ConfigText.visible("sqlite:\(data)/queue.sqlite")
        case "pid-file": ConfigText.visible(pidFile)
        case "titles": hasTitles ? "on" : "off"
        case "models" where host == .hawk: ConfigText.visible(models.joined(separator: ","))
        case "init-message" where !sendsInitMessage, "bind-lifetime" where bindLifetime == nil: "off"
        default: nil
        }
    }
}
