import GatewayKit

extension FuzzTarget {
    /// A client's frames: wherever they are cut, the parser says what RFC 6455 says.
    static let frames = FuzzTarget(name: "frames") { input in
        for limits in [FrameLimits(), FrameLimits(message: 40, frame: 30, fragments: 3)] {
            let rules = MessageRules(
                maxMessageBytes: limits.message,
                maxFrameBytes: limits.frame,
                maxFragments: limits.fragments
            )
            let expected = framesByTheBook(input, limits)
            let whole = readFrames([input[...]], rules)
            promise(whole == expected, "read at once:\n\(whole)\nby the book:\n\(expected)")
            let inParts = readFrames(parts(of: input), rules)
            promise(inParts == expected, "read in parts:\n\(inParts)\nby the book:\n\(expected)")
        }
    }
}
