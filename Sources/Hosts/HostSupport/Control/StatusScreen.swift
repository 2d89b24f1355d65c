/// A host's status for people, in 80 columns; with the one before, counters are shown per second.
struct StatusScreen {
    let status: HostStatus
    /// An earlier one of the same process.
    private let earlier: HostStatus?
    private let hasColours: Bool

    init(_ status: HostStatus, since earlier: HostStatus? = nil, hasColours: Bool = false) {
        self.status = status
        self.earlier = earlier?.process == status.process && earlier?.startedAt == status.startedAt ? earlier : nil
        self.hasColours = hasColours
    }

    var lines: [String] {
        var blocks = [head]
        if !status.listeners.isEmpty { blocks.append(Door.table(status.listeners).lines) }
        if let gateway = status.gateway { blocks.append(table(gateway)) }
        let figures = figures
        if !figures.isEmpty { blocks.append(figures) }
        return Array(blocks.joined(separator: [""]))
    }

    private var head: [String] {
        let name = TextTable.visible("\(status.host) \(status.version)")
        return [
            "\(styled(name, 1))  \(styled(status.state.rawValue, status.state == .running ? 32 : 33))"
                + "  process \(status.process)  up \(Figure.time(status.uptimeSeconds))",
            styled(TextTable.visible(status.mode), 2),
            "memory \(Figure.bytes(status.memoryBytes))  \(processor)"
                + "  descriptors \(Figure.count(status.descriptors)) of \(Figure.count(status.maxDescriptors))",
        ]
    }

    private var processor: String {
        guard let earlier, seconds > 0 else { return "processor time \(Figure.time(status.processorSeconds))" }
        return "processor \(Int((status.processorSeconds - earlier.processorSeconds) / seconds * 100)) %"
    }

    /// How long ago the earlier one was.
    private var seconds: Double { earlier.map { status.uptimeSeconds - $0.uptimeSeconds } ?? 0 }

    private func table(_ gateway: HostStatus.Gateway) -> [String] {
        let isRate = earlier?.gateway?.loops.count == gateway.loops.count && seconds > 0
        let columns = [TextTable.Alignment](repeating: .right, count: 8)
        var table = TextTable(columns: columns)
        let counted =
            isRate ? ["in/s", "out/s", "bytes in/s", "bytes out/s"] : ["msgs in", "msgs out", "bytes in", "bytes out"]
        table.add(["loop", "connections"] + counted + ["backlog", "drops"])
        for (index, loop) in gateway.loops.enumerated() {
            table.add(row("\(index)", loop, isRate ? earlier?.gateway?.loops[index] : nil))
        }
        table.add(row("all", gateway.total, isRate ? earlier?.gateway?.total : nil))
        var lines = table.lines
        lines[0] = styled(lines[0], 2)
        lines[lines.count - 1] = styled(lines[lines.count - 1], 1)
        return lines
    }

    private func row(_ name: String, _ loop: HostStatus.Loop, _ earlier: HostStatus.Loop?) -> [String] {
        func counted(_ count: (HostStatus.Loop) -> Int) -> Int { rate(count(loop), earlier.map(count)) }
        return [
            name, Figure.count(loop.connections), Figure.count(counted(\.messagesReceived)),
            Figure.count(counted(\.messagesSent)), Figure.bytes(counted(\.bytesReceived)),
            Figure.bytes(counted(\.bytesSent)), Figure.bytes(loop.backlogBytes), Figure.count(loop.messagesDropped),
        ]
    }

    private var figures: [String] {
        var table = TextTable(columns: [.left, .left])
        if let api = status.api {
            let requests = earlier?.api.map { "\(Figure.count(rate(api.requests, $0.requests)))/s" }
            table.add([
                "API",
                "\(requests ?? Figure.count(api.requests)) requests, \(Figure.count(api.requestsUnderWay)) under way, "
                    + "\(Figure.count(api.streams)) streams, \(Figure.count(api.requestsFailed)) failed",
            ])
        }
        if let worker = status.worker {
            let done = earlier?.worker.map { "\(Figure.count(rate(worker.done, $0.done)))/s" }
            table.add([
                "Worker",
                "\(Figure.count(worker.running)) of \(Figure.count(worker.concurrency)) running, "
                    + "\(done ?? Figure.count(worker.done)) done, \(Figure.count(worker.failed)) runs failed",
            ])
        }
        if let queue = status.queue {
            table.add([
                "Queue",
                "\(Figure.count(queue.waiting)) waiting, \(Figure.count(queue.delayed)) delayed, "
                    + "\(Figure.count(queue.reserved)) reserved, \(Figure.count(queue.failed)) failed",
            ])
        }
        return table.lines
    }

    /// Per second since the earlier one; the count itself without one.
    private func rate(_ now: Int, _ before: Int?) -> Int {
        guard let before, seconds > 0 else { return now }
        return Int((Double(now - before) / seconds).rounded())
    }

    private func styled(_ text: String, _ code: Int) -> String {
        hasColours ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
