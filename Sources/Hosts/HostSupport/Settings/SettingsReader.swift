import PlatformCore

/// Looks values up by setting name, flag over environment over file over default, and gathers what is wrong with them.
struct SettingsReader {
    private let flags: [String: String]
    private let environment: [String: String]
    private(set) var problems: [String] = []
    private(set) var warnings: [String] = []

    init(flags: [String: String], environment: [String: String]) {
        self.flags = flags
        self.environment = environment
    }

    mutating func reject(_ problem: String) { problems.append(problem) }
    /// For what is found each time that a setting is looked up.
    private mutating func rejectOnce(_ problem: String) {
        if !problems.contains(problem) { problems.append(problem) }
    }

    mutating func warn(_ warning: String) { warnings.append(warning) }

    /// The text given for a setting; nil if none was, or an empty one.
    mutating func text(_ name: String) -> String? {
        let setting = Self.setting(name)
        if let value = flags[name] {
            if setting.isSecret {
                warn(
                    "--\(name) shows its value in process lists: use \(setting.environment) or \(setting.environment)_FILE"
                )
            }
            if value.isEmpty { rejectOnce("--\(name) needs a value") }
            return value.isEmpty ? nil : value
        }
        if let value = environment[setting.environment], !value.isEmpty { return value }
        guard setting.isSecret, let path = environment[setting.environment + "_FILE"], !path.isEmpty else { return nil }
        do {
            let text = String(decoding: try Files.read(path, limit: 64 << 10), as: UTF8.self)
            let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
            if line.isEmpty { reject("\(setting.environment)_FILE: \(path) is empty") }
            return line.isEmpty ? nil : line
        } catch {
            reject("\(setting.environment)_FILE: \(error)")
            return nil
        }
    }

    /// The text given, or nil for `off`; `fallback` if none was given.
    mutating func optional(_ name: String, default fallback: String?) -> String? {
        let text = text(name) ?? fallback
        return text == "off" ? nil : text
    }

    mutating func list(_ name: String) -> [String]? {
        text(name)?.split(separator: ",").map { $0.trimming(while: \.isWhitespace) }.filter { !$0.isEmpty }
    }

    mutating func isOn(_ name: String, default fallback: Bool = false) -> Bool {
        guard let text = text(name) else { return fallback }
        switch text.lowercased() {
        case "on", "1", "true", "yes": return true
        case "off", "0", "false", "no": return false
        default:
            reject("\(Self.spelling(name)): \(text) is neither on nor off")
            return fallback
        }
    }

    mutating func number(_ name: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        guard let text = text(name) else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            reject("\(Self.spelling(name)): \(text) is no number from \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return number
    }

    /// A size in bytes: `65536`, `64KiB`, `1MiB`.
    mutating func size(_ name: String, default fallback: Int) -> Int {
        guard let text = text(name) else { return fallback }
        let units: [(String, Int)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("B", 1), ("", 1)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            guard let number = Int(text.dropLast(unit.count)), (1...(1 << 30) / factor).contains(number) else { break }
            return number * factor
        }
        reject("\(Self.spelling(name)): \(text) is no size such as 64KiB or 1MiB")
        return fallback
    }

    /// A time such as `12h`, `30m`, `45s`; nil for `off`.
    mutating func duration(_ name: String, default fallback: Duration?) -> Duration? {
        guard let text = text(name) else { return fallback }
        if text == "off" { return nil }
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int(text.dropLast()),
            (1...100_000).contains(number)
        else {
            reject("\(Self.spelling(name)): \(text) is no time such as 45s, 30m or 12h")
            return fallback
        }
        return .seconds(number * unit)
    }

    /// One of a few words.
    mutating func choice<Value>(
        _ name: String,
        _ values: KeyValuePairs<String, Value>,
        default fallback: Value
    ) -> Value {
        guard let text = text(name) else { return fallback }
        if let value = values.first(where: { $0.key == text })?.value { return value }
        reject("\(Self.spelling(name)): \(text) is none of \(values.map(\.key).joined(separator: ", "))")
        return fallback
    }

    /// How a message names a setting: `--loops (HAWK_LOOPS)`.
    static func spelling(_ name: String) -> String {
        let setting = setting(name)
        return setting.hasFlag ? "--\(name) (\(setting.environment))" : setting.environment
    }

    private static func setting(_ name: String) -> Setting {
        guard let setting = Setting.all.first(where: { $0.name == name }) else {
            preconditionFailure("no setting is called \(name)")
        }
        return setting
    }
}

extension Substring {
    fileprivate func trimming(while isTrimmed: (Character) -> Bool) -> String {
        String(drop(while: isTrimmed).reversed().drop(while: isTrimmed).reversed())
    }
}
