#if os(Linux)
/// Rows of text below each other, in groups with a name.
struct Columns {
    struct Group {
        let name: String
        /// As many cells in each as the header has.
        var rows: [[String]] = []
    }

    let header: [String]
    let groups: [Group]

    var text: String {
        let rows = [header] + groups.flatMap(\.rows)
        let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = groups.flatMap { group in [group.name] + group.rows.map { Self.line($0, widths) } }
        return ([Self.line(header, widths)] + lines).joined(separator: "\n")
    }

    /// The first column is flush left, the others are flush right.
    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = zip(cells, widths).enumerated().map { column, cell in
            let padding = String(repeating: " ", count: cell.1 - cell.0.count)
            return column == 0 ? "  " + cell.0 + padding : padding + cell.0
        }
        return String(padded.joined(separator: "   ").reversed().drop { $0 == " " }.reversed())
    }
}
#endif
