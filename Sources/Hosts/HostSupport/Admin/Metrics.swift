/// Figures in Prometheus' text format, version 0.0.4.
///
/// See https://prometheus.io/docs/instrumenting/exposition_formats/.
struct Metrics {
    /// What a figure may do.
    enum Kind: String {
        /// Only grows while the process lives.
        case counter
        /// Goes up and down.
        case gauge
    }

    /// One figure of a metric, told from the others by its labels.
    struct Sample {
        var labels: KeyValuePairs<String, String> = [:]
        var value: Double
    }

    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All that was added, in order.
    private(set) var text = ""

    /// Adds a metric of one figure.
    mutating func add(_ name: String, _ kind: Kind, _ value: Int, _ help: String) {
        add(name, kind, [Sample(value: Double(value))], help)
    }

    /// Adds a metric with its figures; nothing when there are none.
    mutating func add(_ name: String, _ kind: Kind, _ samples: [Sample], _ help: String) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(Self.number(sample.value))\n"
        }
    }

    private static func number(_ value: Double) -> String {
        Int(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
