/// What an answer cost, in the model's tokens.
public struct TokenUsage: Sendable, Hashable {
    /// Tokens of the prompt, those from the cache among them.
    public var promptTokens: Int
    /// Tokens of the prompt that came from the model's cache.
    public var cachedTokens: Int
    /// Tokens of the answer, those of its thinking among them.
    public var completionTokens: Int
    /// Tokens the model spent on thinking.
    public var reasoningTokens: Int

    /// Makes a value.
    public init(promptTokens: Int, cachedTokens: Int = 0, completionTokens: Int, reasoningTokens: Int = 0) {
        self.promptTokens = promptTokens
        self.cachedTokens = cachedTokens
        self.completionTokens = completionTokens
        self.reasoningTokens = reasoningTokens
    }
}

/// What some answers cost together.
public struct UsageTotal: Sendable, Hashable {
    /// How many finished or were stopped.
    public var replies: Int
    /// Their tokens as far as the model told, with those of titles.
    public var tokens: TokenUsage

    /// Makes a value.
    public init(replies: Int = 0, tokens: TokenUsage = TokenUsage(promptTokens: 0, completionTokens: 0)) {
        self.replies = replies
        self.tokens = tokens
    }

    /// Both together.
    public static func + (left: Self, right: Self) -> Self {
        Self(
            replies: left.replies + right.replies,
            tokens: TokenUsage(
                promptTokens: left.tokens.promptTokens + right.tokens.promptTokens,
                cachedTokens: left.tokens.cachedTokens + right.tokens.cachedTokens,
                completionTokens: left.tokens.completionTokens + right.tokens.completionTokens,
                reasoningTokens: left.tokens.reasoningTokens + right.tokens.reasoningTokens
            )
        )
    }
}

/// What a user's answers of one day cost.
public struct UsageDay: Sendable, Hashable {
    /// The day, in UTC.
    public var day: CalendarDay
    /// What the answers that ended on it cost.
    public var total: UsageTotal

    /// Makes a value.
    public init(day: CalendarDay, total: UsageTotal) {
        self.day = day
        self.total = total
    }
}

/// A day of the calendar.
public struct CalendarDay: Sendable, Hashable {
    /// How many days it is after 1 January 1970; fewer than 0 before.
    public var daysSince1970: Int

    /// A day by its distance from 1 January 1970.
    public init(daysSince1970: Int) { self.daysSince1970 = daysSince1970 }

    /// The day in UTC on which an instant lies.
    /// - Parameter milliseconds: since 1970.
    public init(at milliseconds: Int64) {
        self.init(daysSince1970: Int((Double(milliseconds) / 86_400_000).rounded(.down)))
    }

    /// As ISO 8601 writes it: `2026-11-22`.
    public var text: String {
        // Hinnant, "chrono-compatible low-level date algorithms", civil_from_days: eras of 400 years that begin in March.
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
