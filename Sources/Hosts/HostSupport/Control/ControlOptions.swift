/// What may follow `status` and `connections`.
struct ControlOptions: Equatable {
    /// The options, and whether a value follows.
    static let all = [
        "--watch": false, "--json": false, "--uid": true, "--group": true, "--address": true, "--limit": true,
    ]

    var isJSON = false
    var isWatched = false
    var question = ConnectionQuestion()

    /// Reads what was given to a command, of which only `allowed` make sense; without any operands are not looked at.
    init(_ command: Command, allowed: Set<String>) throws(UsageError) {
        let operands = allowed.isEmpty ? [] : command.operands
        var problems = operands.map { "\(command.name) does not take \"\($0)\"" }
        var rest = command.options[...]
        while let option = rest.popFirst() {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard allowed.contains(parts[0]), let needsValue = Self.all[parts[0]] else {
                problems.append("\(parts[0]) is no option of \(command.name)")
                if Self.all[option] == true { _ = rest.popFirst() }
                continue
            }
            guard needsValue || parts.count == 1 else {
                problems.append("\(parts[0]) takes no value")
                continue
            }
            let following = parts.count == 1 && needsValue ? rest.popFirst() : parts.last
            guard let value = following, !value.isEmpty else {
                problems.append("\(parts[0]) needs a value")
                continue
            }
            switch parts[0] {
            case "--watch": isWatched = true
            case "--json": isJSON = true
            case "--uid": question.uid = value
            case "--group": question.group = value
            case "--address": question.addressPrefix = value
            default:
                question.limit = Int(value).flatMap { (1...ConnectionQuestion.maxLimit).contains($0) ? $0 : nil }
                if question.limit == nil {
                    problems.append("--limit: \(value) is no number from 1 to \(ConnectionQuestion.maxLimit)")
                }
            }
        }
        guard problems.isEmpty else { throw UsageError(problems: problems) }
    }
}
