/// How long to wait before dialling again.
package struct RetryPauses: Sendable {
    /// After a loss; doubled with every failure in a row.
    package var first: Duration
    /// The longest pause.
    package var longest: Duration
    /// How long a connection must have held for the next pause to be the first again.
    package var steady: Duration

    package init(first: Duration, longest: Duration, steady: Duration = .seconds(5)) {
        self.first = first
        self.longest = longest
        self.steady = steady
    }
}
