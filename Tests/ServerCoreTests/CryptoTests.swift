import ServerCore
import Testing

struct CryptoTests {
    @Test func `digests equal the published vectors`() {
        let sha1 = Digest.sha1(Array("abc".utf8).span)
        #expect(hex(sha1.indices.map { sha1[$0] }) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(
            hex(Digest.hmacSHA256(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        )  // RFC 4231 4.3
        #expect(
            hex(Digest.hmacSHA256(key: [], [])) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        )
    }

    @Test func `base 64 round-trips every length`() {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Base64.decodeURL(Base64.encodeURL(bytes)) == bytes)
            var text = Array("=".utf8)
            Base64.append(bytes.span, to: &text)
            #expect(text == Array("=\(Base64.encode(bytes))".utf8))
            #expect(Base64.decodedCount(text.span.extracting(1...)) == count)
        }
        #expect(Base64.encode(Array("foob".utf8)) == "Zm9vYg==")
        #expect(Base64.encode([0xfb, 0xff]) == "+/8=" && Base64.encodeURL([0xfb, 0xff]) == "-_8")
    }

    @Test(arguments: ["A", "AB=C", "A===", "Zm9vYh==", "Zm9v Yg=", "Zm9vYg", "====", "-_8="])
    func `what no encoder writes is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
        #expect(Base64.decodedCount(Array(text.utf8).span) == nil)
    }

    @Test func `a proof holds for its client, its secret and its time`() {
        let proof = SocketProof(secret: "s3cret")
        let id = "7f0000010b5400000001"
        let made = proof.make(clientID: id, at: 1_000)
        #expect(proof.verify(made, clientID: id, at: 1_000) == .valid)
        #expect(proof.verify(made, clientID: id, at: 1_150) == .valid)
        #expect(proof.verify(made, clientID: id, at: 1_151) == .expired)
        #expect(proof.verify(made, clientID: id, at: 969) == .forged)
        #expect(proof.verify(made, clientID: "7f0000010b5400000002", at: 1_000) == .forged)
        #expect(SocketProof(secret: "other").verify(made, clientID: id, at: 1_000) == .forged)
    }

    @Test(arguments: ["", ".", "1000", "1000.", "01000.AAAA", "+1000.AAAA", "1000.AAAA.BBBB", "x.y"])
    func `what is no proof is forged`(text: String) {
        #expect(SocketProof(secret: "s").verify(text, clientID: "7f0000010b5400000001", at: 1_000) == .forged)
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
