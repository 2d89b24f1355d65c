/// A request as it arrived, and how its answer ended: kept for tests to look at.
public struct RecordedRequest: Sendable, Hashable {
    /// How the answer to a request ended.
    public enum Ending: String, Sendable, Hashable {
        /// The client has all of it.
        case complete
        /// The client left before that.
        case clientLeft = "client_left"
        /// A fault broke it off.
        case broken
    }

    /// A name and a value of its head.
    public struct Header: Sendable, Hashable {
        /// The name as it was sent.
        public let name: String
        /// The value; of a key only that there is one.
        public let value: String
    }

    /// Which one it is, from 1; also in the answer's id and `X-DS-Trace-ID`.
    public let number: Int
    /// `POST` or `GET`.
    public let method: String
    /// Where it went: `/chat/completions`.
    public let path: String
    /// Its head.
    public let headers: [Header]
    /// Its body, byte by byte.
    public let body: [UInt8]
    /// What it asks; nil if it is not a completion.
    public let question: Question?
    /// The status of the answer; nil before there is one.
    public internal(set) var status: Int?
    /// How the answer ended; nil while it is under way.
    public internal(set) var ending: Ending?
}

extension RecordedRequest {
    /// The values of a header, whatever its case.
    public func values(of name: String) -> [String] {
        let name = name.lowercased()
        return headers.filter { $0.name.lowercased() == name }.map(\.value)
    }
}
