#if os(Linux)
import DeepSeekKit

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A stream of one kind, parsed over and over.
struct ParserLoad {
    let title: String
    private let pieces: [[UInt8]]
    private let bytes: Int
    private let events: Int

    /// The kinds: DeepSeek's usual chunks as the network cuts them, one by one, and long ones.
    static let all = [
        ParserLoad("chunks of a word, read 16 KiB at a time", content: " word", count: 2000, cut: 16 << 10),
        ParserLoad("the same, read one by one", content: " word", count: 2000, cut: nil),
        ParserLoad("chunks of 2 KiB, read 16 KiB at a time", content: text(2 << 10), count: 500, cut: 16 << 10),
    ]

    private init(_ title: String, content: String, count: Int, cut: Int?) {
        self.title = title
        let event = Array(
            """
            data: {"id":"0f7a8e5c-5ff1-4b4e-9d1b-2f6f4f6f1a11","object":"chat.completion.chunk","created":1763830000,\
            "model":"deepseek-flash","system_fingerprint":"fp_8802369eaa_prod0623","choices":[{"index":0,\
            "delta":{"content":"\(content)","reasoning_content":null},"logprobs":null,"finish_reason":null}]}\n\n
            """.utf8
        )
        events = count
        bytes = event.count * count
        let all = (0..<count).flatMap { _ in event }
        let size = cut ?? event.count
        pieces = stride(from: 0, to: all.count, by: size).map { Array(all[$0..<min($0 + size, all.count)]) }
    }

    private static func text(_ count: Int) -> String { String(repeating: "long text, ", count: count / 11) }

    /// Bytes per second of the parser.
    func parse(seconds: Double) throws -> Double {
        try rate(seconds) {
            var parser = EventStreamParser()
            var found = 0
            for piece in pieces {
                parser.feed(piece)
                while try parser.next() != nil { found += 1 }
            }
            guard found == events else { throw BenchError("the parser found \(found) events of \(events)") }
        }
    }

    /// Bytes per second of `memchr`, which must look at every byte too.
    func search(seconds: Double) throws -> Double {
        try rate(seconds) {
            var found = 0
            for piece in pieces {
                piece.withUnsafeBytes { bytes in
                    var rest = bytes[...]
                    while let start = rest.baseAddress, let end = memchr(start, 0x0A, rest.count) {
                        found += 1
                        rest = rest[(rest.startIndex + (UnsafeRawPointer(end) - start) + 1)...]
                    }
                }
            }
            guard found == 2 * events else { throw BenchError("there are \(found) lines") }
        }
    }

    private func rate(_ seconds: Double, _ pass: () throws -> Void) throws -> Double {
        let begin = Monotonic.now
        var passes = 0
        repeat {
            try pass()
            passes += 1
        } while Double(Monotonic.now - begin) < seconds * 1e9
        return Double(bytes * passes) / (Double(Monotonic.now - begin) / 1e9)
    }
}

extension Slice<UnsafeRawBufferPointer> {
    fileprivate var baseAddress: UnsafeRawPointer? { isEmpty ? nil : base.baseAddress.map { $0 + startIndex } }
}
#endif
