extension ChatCompletion {
    /// The answer's JSON as a value of yours.
    ///
    /// ```swift
    /// request.responseFormat = .jsonObject      // and say "json" in the prompt, with an example
    /// let weather = try await deepseek.complete(request).decode(Weather.self)
    /// ```
    ///
    /// A fence around it (three backticks, with or without `json`) is taken off. Throws `.decoding`, with what does not
    /// fit and the answer's beginning in the message and the whole answer as `partial`.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws(DeepSeekError) -> Value {
        do {
            return try JSONText.decode(content.withoutFence)
        } catch {
            var what = "the answer is no JSON for \(type), \(JSONText.fault(error))"
            if finishReason == .length { what = "the answer was cut at the most tokens: raise maxTokens; \(what)" }
            var failure = DeepSeekError.unreadable(what, content.utf8)
            failure.partial = self
            throw failure
        }
    }
}

extension String {
    /// The text without blanks and a Markdown fence around it.
    fileprivate var withoutFence: Substring {
        let text = self[...].trimmed
        guard text.hasPrefix("```"), text.hasSuffix("```"), let line = text.firstIndex(where: \.isNewline) else {
            return text
        }
        return text[line...].dropLast(3).trimmed
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...end]
    }
}
