extension QueueCommands {
    /// The words and options of a command line, taken one by one; what nobody has taken is wrong.
    struct Line {
        /// The command's words: `info`, `failed show`.
        private(set) var command: String
        private var operands: ArraySlice<String>
        private var options: [String: String] = [:]

        /// Sorts a command line; without a word it is `info`, with a wish for help `help`.
        init(_ arguments: [String]) throws(WrongUsage) {
            var words: [String] = []
            var rest = arguments[...]
            while let argument = rest.popFirst() {
                // A number below 0 is no option, but what is wrong with it is told by whoever takes numbers.
                guard argument.hasPrefix("-"), argument != "-", Int(argument) == nil else {
                    words.append(argument)
                    continue
                }
                let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                    String.init
                )
                let option = parts[0] == "-v" ? "--verbose" : parts[0]
                if option == "--help" || option == "-h" {
                    words = ["help"]
                    break
                }
                guard let takesValue = QueueCommands.options[option] else {
                    throw WrongUsage(text: "unknown option \(option)")
                }
                guard takesValue || parts.count == 1 else { throw WrongUsage(text: "\(option) takes no value") }
                guard let value = takesValue && parts.count == 1 ? rest.popFirst() : parts.last else {
                    throw WrongUsage(text: "\(option) needs a value")
                }
                guard options.updateValue(value, forKey: option) == nil else {
                    throw WrongUsage(text: "\(option) is given twice")
                }
            }
            command = words.first ?? "info"
            operands = words.dropFirst()
        }

        /// Takes another word into the command.
        mutating func enter(default word: String) {
            command += " " + (operands.popFirst() ?? word)
        }

        /// Takes the next operand; throws that the command needs it if there is none.
        mutating func operand(_ what: String) throws(WrongUsage) -> String {
            guard let operand = operands.popFirst(), !operand.isEmpty else {
                throw WrongUsage(text: "\(command) needs \(what)")
            }
            return operand
        }

        /// Takes the next operand if there is one.
        mutating func optionalOperand() -> String? {
            operands.popFirst()
        }

        /// Takes an option; whether it was given.
        mutating func takes(_ option: String) -> Bool {
            value(of: option) != nil
        }

        /// Takes an option's value; nil if it was not given.
        mutating func value(of option: String) -> String? {
            options.removeValue(forKey: option)
        }

        /// Takes whatever there is.
        mutating func takeAll() {
            operands = []
            options = [:]
        }

        /// Throws if anything was not taken.
        func end() throws(WrongUsage) {
            if let operand = operands.first { throw WrongUsage(text: "\(command) does not take \"\(operand)\"") }
            if let option = options.keys.min() { throw WrongUsage(text: "\(option) is no option of \(command)") }
        }
    }
}
