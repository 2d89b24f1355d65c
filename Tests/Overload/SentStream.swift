/// What is sent to each socket: made of its number and the message's place only, so that both sides know every byte.
enum SentStream {
    /// Messages in a round: one of the socket's own, and one that all sockets share.
    static let messagesPerRound = 2
    /// The payload of a socket's own message.
    static let ownBytes = 3072
    /// The payload of a shared message.
    static let sharedBytes = 1024
    /// Bytes of both frames of a round, their headers included.
    static let bytesPerRound = ownBytes + sharedBytes + 8

    /// What payloads are cut from.
    private static let noise: [UInt8] = {
        var state: UInt64 = 1
        return (0..<1 << 16).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(state >> 56)
        }
    }()

    /// The payload that a socket gets in a place of its stream, counted from 0.
    static func payload(to socket: Int, at place: Int) -> [UInt8] {
        let isOwn = place % messagesPerRound == 0
        let name = UInt64(isOwn ? socket + 1 : 0) << 32 | UInt64(place)
        let length = (isOwn ? ownBytes : sharedBytes) - 8
        let start = Int((name &* 0x9E37_79B9_7F4A_7C15) >> 40) % (noise.count - length)
        return withUnsafeBytes(of: name.littleEndian) { Array($0) } + noise[start..<start + length]
    }

    /// The SHA-256 of the first messages of a socket's stream, in hex.
    static func digest(to socket: Int, messages: Int) -> String {
        let digest = StreamDigest()
        for place in 0..<messages { digest.update(payload(to: socket, at: place)) }
        return digest.hex()
    }
}
