/// Cuts a stream into lines.
package struct LineReader: Sendable {
    /// A line that is longer than the limit.
    package struct TooLong: Error, Sendable, Equatable {}

    private let limit: Int
    private var buffer: [UInt8] = []
    /// Where no line feed has been found: bytes that come one by one are looked at once.
    private var searched = 0

    /// - Parameter limit: the bytes that a line may have before its line feed.
    package init(limit: Int) {
        self.limit = limit
    }

    /// Takes the next bytes of the stream.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        buffer.append(contentsOf: bytes)
    }

    /// The next line without its line feed and carriage return; nil when more bytes are needed.
    package mutating func next() throws(TooLong) -> [UInt8]? {
        guard let end = buffer[searched...].firstIndex(of: 0x0A) else {
            searched = buffer.count
            guard buffer.count <= limit else { throw TooLong() }
            return nil
        }
        guard end <= limit else { throw TooLong() }
        var line = Array(buffer[..<end])
        buffer.removeFirst(end + 1)
        searched = 0
        while line.last == 0x0D { line.removeLast() }
        return line
    }
}
