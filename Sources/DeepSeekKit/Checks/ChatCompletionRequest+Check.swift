extension ChatCompletionRequest {
    /// Whether the model will think: as the request says, or else as DeepSeek's models do.
    var isThinking: Bool {
        guard reasoningEffort != ReasoningEffort.none else { return false }
        return thinking.map { $0 != .disabled } ?? model.lowercased().hasPrefix("deepseek")
    }

    func check() throws(DeepSeekError) {
        try Check.model(model)
        try checkSampling()
        try checkTools()
        try checkMessages()
        try checkForm()
    }

    private func checkSampling() throws(DeepSeekError) {
        try Check.range(temperature, 0...2, "temperature")
        try Check.range(topP, 0...1, "topP")
        try Check.range(frequencyPenalty, -2...2, "frequencyPenalty")
        try Check.range(presencePenalty, -2...2, "presencePenalty")
        try Check.demand(maxTokens ?? 1 >= 1, "maxTokens is \(maxTokens ?? 0): give 1 or more")
        try Check.stop(stop)
        try Check.range(topLogprobs.map(Double.init), 0...20, "topLogprobs")
        try Check.demand(topLogprobs == nil || logprobs == true, "topLogprobs needs logprobs: set that to true")
    }

    private func checkTools() throws(DeepSeekError) {
        try Check.demand(tools.count <= 128, "tools has \(tools.count) functions: give at most 128")
        var names: Set<String> = []
        for tool in tools {
            try Check.demand(
                (1...64).contains(tool.name.utf8.count) && Check.isPlain(tool.name),
                "tools has a function \"\(tool.name.prefix(80))\": a name is 1 to 64 letters, digits, _ and -"
            )
            try Check.demand(names.insert(tool.name).inserted, "tools has two functions \"\(tool.name)\"")
            guard tool.isStrict, let parameters = tool.parameters else { continue }
            let fault = StrictSchema.fault(in: parameters, at: "parameters")
            try Check.demand(fault == nil, "the strict function \"\(tool.name)\": \(fault ?? "")")
        }
        let strict = tools.count(where: \.isStrict)
        try Check.demand(
            strict == 0 || strict == tools.count,
            "tools has \(strict) strict functions of \(tools.count): make all of them strict, or none"
        )
        try checkToolChoice()
    }

    private func checkToolChoice() throws(DeepSeekError) {
        switch toolChoice {
        case nil, .some(.none), .auto: return
        case .required: try Check.demand(!tools.isEmpty, "toolChoice requires a tool, and there are none")
        case .named(let name):
            try Check.demand(tools.contains { $0.name == name }, "toolChoice names \"\(name)\", which is not in tools")
        }
        try Check.demand(
            !isThinking,
            "toolChoice must be auto or none while the model thinks: set thinking to .disabled (nil means that it does)"
        )
    }

    private func checkForm() throws(DeepSeekError) {
        if let userID {
            try Check.demand(
                (1...512).contains(userID.utf8.count) && Check.isPlain(userID),
                "userID must be 1 to 512 letters, digits, _ and -: a keyed hash of your own id in hexadecimal, say"
            )
        }
        guard responseFormat == .jsonObject else { return }
        try Check.demand(
            messages.contains { $0.text.mentionsJSON },
            "responseFormat .jsonObject needs the word \"json\" in a message: say there what the object looks like"
        )
    }
}

extension String {
    /// Whether the word "json" is in it, in whatever case.
    fileprivate var mentionsJSON: Bool {
        var matched = 0
        let word = Array("json".utf8)
        for byte in utf8 {
            let lowered = byte | 0x20
            matched = lowered == word[matched] ? matched + 1 : lowered == word[0] ? 1 : 0
            if matched == word.count { return true }
        }
        return false
    }
}
