extension QueueCommands {
    /// A command line, checked.
    struct Request {
        private(set) var words: [String] = []
        private(set) var channel = Channel.default
        private(set) var isForced = false
        private(set) var isAboutAll = false

        init(_ arguments: [String]) throws(WrongUsage) {
            var rest = arguments[...]
            while let argument = rest.popFirst() {
                switch argument {
                case "--force": isForced = true
                case "--all": isAboutAll = true
                case "--channel":
                    guard let name = rest.popFirst() else { throw WrongUsage(text: "--channel needs a name") }
                    channel = Channel(name)
                case _ where argument.hasPrefix("-"): throw WrongUsage(text: "unknown option \(argument)")
                default: words.append(argument)
                }
            }
            if words.isEmpty { words = ["info"] }
            if words == ["failed"] { words.append("list") }
            try check()
        }

        /// How many operands each command takes.
        private func check() throws(WrongUsage) {
            let operands = words.count - 1
            let isRight =
                switch words[0] {
                case "info", "run", "listen", "clear": operands == 0
                case "remove", "pause", "resume": operands == 1
                case "failed": isFailedRight(operands - 1)
                default: false
                }
            let isOptionRight =
                (!isAboutAll || words[0] == "failed") && (channel == .default || words[0] == "clear")
            guard isRight, isOptionRight else {
                throw WrongUsage(text: "no such command: \(words.joined(separator: " "))")
            }
        }

        private func isFailedRight(_ operands: Int) -> Bool {
            switch words[1] {
            case "list": operands == 0 && !isAboutAll
            case "show": operands == 1 && !isAboutAll
            case "retry", "forget": isAboutAll ? operands == 0 : operands > 0
            default: false
            }
        }
    }
}
