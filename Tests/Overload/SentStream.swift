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

    /// The payload that a socket gets in a place of its stream, counted from 0.
    static func payload(to socket: Int, at place: Int) -> [UInt8] {
        let isOwn = place % messagesPerRound == 0
        var state = UInt64(isOwn ? socket + 1 : 0) << 32 | UInt64(place)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(ownBytes)
        while bytes.count < (isOwn ? ownBytes : sharedBytes) {
            // SplitMix64
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
            withUnsafeBytes(of: (word ^ word >> 31).littleEndian) { bytes += $0 }
        }
        return bytes
    }

    /// The SHA-256 of the first messages of a socket's stream, in hex.
    static func digest(to socket: Int, messages: Int) -> String {
        let digest = StreamDigest()
        for place in 0..<messages { digest.update(payload(to: socket, at: place)) }
        return digest.hex()
    }
}
