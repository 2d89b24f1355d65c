/// What a client's messages may be at most, and memory for those that come in parts: one for all sockets of a loop.
package final class MessageRules {
    /// Memory for messages under way that is kept while nobody uses it: so many buffers of so many bytes at most.
    private static let spareLimit = 64
    private static let spareBytes = 32 << 10

    /// The largest message, inflated.
    let maxMessageBytes: Int
    /// The largest payload of one frame.
    let maxFrameBytes: Int
    /// The largest message, as it comes compressed; what inflates to nothing is bounded too.
    let maxCompressedBytes: Int
    /// The largest payload of one frame of a compressed message.
    let maxCompressedFrameBytes: Int
    /// The most frames of one message.
    let maxFragments: Int
    private var spares: [FrameAssembler] = []

    package init(maxMessageBytes: Int, maxFrameBytes: Int? = nil, maxFragments: Int = .max) {
        self.maxMessageBytes = maxMessageBytes
        self.maxFrameBytes = min(maxFrameBytes ?? .max, maxMessageBytes)
        // What cannot be compressed grows a little, by 5 bytes in 16 KiB at zlib's worst.
        let (bound, overflow) = maxMessageBytes.addingReportingOverflow((maxMessageBytes >> 8) + 64)
        maxCompressedBytes = overflow ? .max : bound
        maxCompressedFrameBytes = min(maxFrameBytes ?? .max, maxCompressedBytes)
        self.maxFragments = maxFragments
    }

    func takeAssembler() -> FrameAssembler { spares.popLast() ?? FrameAssembler() }

    /// Takes an assembler back that has nothing under way.
    func giveBack(_ assembler: FrameAssembler) {
        guard spares.count < Self.spareLimit else { return }
        assembler.forgetMessage(keeping: Self.spareBytes)
        spares.append(assembler)
    }
}
