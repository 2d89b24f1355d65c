#if os(Linux)
/// The words of a simulated answer to `[[clock]]`: each is the nanosecond at which it left the model's server.
enum WordTimes {
    /// The times in a piece of such an answer.
    static func times(in text: some StringProtocol) -> [UInt64] { text.split(separator: " ").compactMap { UInt64($0) } }

    /// The times in a frame that carries a piece of an answer; none for any other.
    static func times(inFrame frame: String) -> [UInt64] {
        guard frame.hasPrefix(#"{"type":"reply.delta""#), let start = frame.firstRange(of: #""text":""#) else {
            return []
        }
        return times(in: frame[start.upperBound...].prefix { $0 != "\"" })
    }
}
#endif
