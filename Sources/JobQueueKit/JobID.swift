/// The identity of a job, given by its store when it is pushed and never used again.
public struct JobID: Sendable, Hashable, CustomStringConvertible {
    /// Its text, made of letters, digits and hyphens.
    public let description: String

    /// The identity with this text, as a store or a person wrote it.
    public init(_ text: String) {
        description = text
    }
}
