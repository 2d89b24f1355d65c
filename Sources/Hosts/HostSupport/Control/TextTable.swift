import JobQueueKit

/// Columns two spaces apart, for a terminal.
struct TextTable {
    /// Which end of a column its texts stand at.
    enum Alignment {
        case left, right
    }

    private let columns: [Alignment]
    private var rows: [[String]] = []

    init(columns: [Alignment]) {
        self.columns = columns
    }

    /// Adds a row with a text for each column; what a terminal would obey in it becomes visible.
    mutating func add(_ row: [String]) {
        precondition(row.count == columns.count, "a row has a text for each column")
        rows.append(row.map(Self.visible))
    }

    /// A line for each row, without line feeds.
    var lines: [String] {
        let widths = columns.indices.map { column in rows.map { $0[column].displayWidth }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, alignment) in columns.enumerated() {
                let space = String(repeating: " ", count: widths[column] - row[column].displayWidth)
                line += column == 0 ? "" : "  "
                line += alignment == .left ? row[column] + space : space + row[column]
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }

    /// A text without what could steer a terminal or turn the order of what follows: names are chosen by strangers.
    static func visible(_ text: String) -> String {
        var visible = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                visible += "\\u{\(String(scalar.value, radix: 16))}"
            default: visible.unicodeScalars.append(scalar)
            }
        }
        return visible
    }
}
