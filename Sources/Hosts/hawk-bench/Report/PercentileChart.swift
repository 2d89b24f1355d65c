#if os(Linux)
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A picture of the latency percentiles: a panel for each case, the gateway beside the bare loop.
struct PercentileChart {
    private static let percents = [50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99]
    private static let marks = [50, 90, 99, 99.9, 99.99]
    private static let panel = (width: 400.0, height: 250.0)
    /// Where the lines are, within a panel.
    private static let plot = (left: 64.0, top: 40.0, width: 312.0, height: 166.0)

    private let results: [Result]

    init(_ results: [Result]) { self.results = results.filter { !$0.isMemory } }

    /// The picture.
    var svg: String {
        let rows = (results.count + 1) / 2
        let (width, height) = (2 * Self.panel.width, 56 + Double(rows) * Self.panel.height)
        let panels = results.enumerated().map { index, result in
            let x = Double(index % 2) * Self.panel.width
            let y = 56 + Double(index / 2) * Self.panel.height
            return "<g transform=\"translate(\(number(x)),\(number(y)))\">\n\(panel(result))\n</g>"
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(width)) \(number(height))" \
            font-family="system-ui, sans-serif" font-size="11" fill="#444">
            <style>
            .grid { stroke: #e4e4e8; } .gateway { stroke: #2563eb; } .bare { stroke: #a1a1aa; stroke-dasharray: 5 4; }
            .gateway, .bare { fill: none; stroke-width: 2; stroke-linejoin: round; }
            .title { font-size: 13px; font-weight: 600; fill: #18181b; }
            </style>
            <rect width="100%" height="100%" fill="#fff"/>
            <text x="20" y="30" font-size="17" font-weight="600" fill="#18181b">Latency by percentile</text>
            <path class="gateway" d="M560 25h28"/><text x="594" y="29">gateway</text>
            <path class="bare" d="M664 25h28"/><text x="698" y="29">bare loop</text>
            \(panels.joined(separator: "\n"))
            </svg>

            """
    }

    private func panel(_ result: Result) -> String {
        let gateway = points(result.latencies(\.gateway))
        let bare = points(result.latencies(\.bare))
        let scale = Scale((gateway + bare).map(\.microseconds))
        let plot = Self.plot
        let horizontal = scale.marks.map { value in
            let y = number(self.y(value, scale))
            return "<path class=\"grid\" d=\"M\(number(plot.left)) \(y)h\(number(plot.width))\"/>"
                + "<text x=\"\(number(plot.left - 8))\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\">"
                + "\(Figures.axis(microseconds: value))</text>"
        }
        let vertical = Self.marks.map { percent in
            let x = number(self.x(percent))
            return "<path class=\"grid\" d=\"M\(x) \(number(plot.top))v\(number(plot.height))\"/>"
                + "<text x=\"\(x)\" y=\"\(number(plot.top + plot.height + 18))\" text-anchor=\"middle\">"
                + "\(Figures.percent(percent)) %</text>"
        }
        let title = "\(result.benchCase.name): \(result.benchCase.title)"
        return """
            <text class="title" x="20" y="20">\(title)</text>
            \((horizontal + vertical).joined(separator: "\n"))
            \(line(bare, scale, "bare"))
            \(line(gateway, scale, "gateway"))
            """
    }

    private func points(_ latencies: Histogram) -> [(percent: Double, microseconds: Double)] {
        Self.percents.compactMap { percent in latencies.percentile(percent).map { (percent, max($0, 0.1)) } }
    }

    private func line(_ points: [(percent: Double, microseconds: Double)], _ scale: Scale, _ name: String) -> String {
        let places = points.map { "\(number(x($0.percent))) \(number(y($0.microseconds, scale)))" }
        return "<path class=\"\(name)\" d=\"M\(places.joined(separator: " L"))\"/>"
    }

    /// Each further nine takes as much room as the one before.
    private func x(_ percent: Double) -> Double {
        let nines = { (percent: Double) in -log10(1 - percent / 100) }
        let (first, last) = (nines(50), nines(99.99))
        return Self.plot.left + Self.plot.width * (nines(percent) - first) / (last - first)
    }

    private func y(_ microseconds: Double, _ scale: Scale) -> Double {
        Self.plot.top + Self.plot.height * (1 - scale.share(microseconds))
    }

    private func number(_ value: Double) -> String {
        value == value.rounded() ? "\(Int(value))" : Figures.fixed(value, places: 1)
    }

    /// A logarithmic axis that begins and ends at 1, 2 or 5 times a power of ten.
    private struct Scale {
        let marks: [Double]

        init(_ values: [Double]) {
            let (low, high) = (values.min() ?? 1, values.max() ?? 10)
            let steps = (-1...8).flatMap { power in [1, 2, 5].map { $0 * pow(10, Double(power)) } }
            let first = steps.lastIndex { $0 <= low } ?? 0
            let last = max(steps.firstIndex { $0 >= high } ?? steps.count - 1, first + 1)
            marks = Array(steps[first...last])
        }

        func share(_ value: Double) -> Double { log(value / marks[0]) / log(marks[marks.count - 1] / marks[0]) }
    }
}
#endif
