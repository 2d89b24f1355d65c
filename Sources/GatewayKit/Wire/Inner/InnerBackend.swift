/// What the inner port needs of its gateway.
///
/// Everything applies in the order of the calls: an answer tells of all that was asked for before.
package protocol InnerBackend: Sendable {
    /// Posts a command; a query has its answer given to `answer`, once, on any thread.
    func perform(_ command: InnerCommand, answer: @escaping @Sendable (PHPValue) -> Void)
}
