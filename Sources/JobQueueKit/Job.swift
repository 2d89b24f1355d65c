/// Work that is written down now and done later, by whichever worker has a handler for its name.
///
/// ```swift
/// struct SendMail: Job {
///     static let name = "send-mail"
///     var to: String
/// }
/// ```
///
/// A job is stored as JSON, so keep it small: identifiers rather than documents. It may run more than once (its worker may
/// be killed after the work and before the queue knows), so its handler must bear that.
public protocol Job: Codable, Sendable {
    /// The name it is stored under; never change it while jobs of that name wait. At most 180 bytes.
    static var name: String { get }
}
