/// Cuts a stream into lines.
package struct LineReader: Sendable {
    /// A line that is longer than the limit.
    package struct TooLong: Error, Sendable, Equatable {}

    private let limit: Int
    private var buffer: [UInt8] = []
    /// Where the next line begins: what is before was given already.
    private var start = 0
    /// Where no line feed has been found: bytes that come one by one are looked at once.
    private var searched = 0
    /// How many bytes were copied, moved or looked at: what a stream has cost, however it was cut.
    package private(set) var work = 0

    /// - Parameter limit: the bytes that a line may have before its line feed.
    package init(limit: Int) {
        self.limit = limit
    }

    /// Takes the next bytes of the stream.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            work += buffer.count
            searched -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
        work += bytes.count
    }

    /// The next line without its line feed and carriage return; nil when more bytes are needed.
    package mutating func next() throws(TooLong) -> [UInt8]? {
        guard let end = buffer[searched...].firstIndex(of: 0x0A) else {
            work += buffer.count - searched
            searched = buffer.count
            guard buffer.count - start <= limit else { throw TooLong() }
            return nil
        }
        guard end - start <= limit else { throw TooLong() }
        work += end - searched + end - start
        var line = Array(buffer[start..<end])
        start = end + 1
        searched = start
        while line.last == 0x0D { line.removeLast() }
        return line
    }
}
