import GatewayKit
import ServerCore

extension FuzzTarget {
    /// Short names: addresses, client ids, base 64, proofs; what is read is written so that it is read as the same.
    static let address = FuzzTarget(name: "address") { input in
        let text = String(decoding: input, as: UTF8.self)
        if let address = SocketAddress(text) {
            promise(SocketAddress(address.description) == address, "the socket address \(address)")
        }
        if let address = GatewayAddress(text) {
            promise(GatewayAddress(address.description) == address, "the gateway address \(address)")
        }
        if let id = ClientID(text) {
            promise(id.description == text.lowercased(), "the client id \(id)")
        }
        if let bytes = Base64.decode(text) {
            promise(Base64.encode(bytes) == text, "base 64 of \(bytes)")
        }
        if let bytes = Base64.decodeURL(text) {
            promise(Base64.encodeURL(bytes) == text, "base 64 for URLs of \(bytes)")
        }
        let proof = SocketProof(secret: "s")
        promise(proof.verify(text, clientID: "7f0000010b5400000001", at: 1_700_000_000) == .forged, "a forged proof")
    }
}
