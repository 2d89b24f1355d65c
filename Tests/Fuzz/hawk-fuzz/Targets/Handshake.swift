import GatewayKit
import ServerCore

extension FuzzTarget {
    /// The opening handshake: the same verdict wherever it is cut, and nothing of the request changes the answer's form.
    static let handshake = FuzzTarget(name: "handshake") { input in
        let whole = shakeHands([input[...]])
        let inParts = shakeHands(parts(of: input))
        promise(whole == inParts, "at once:\n\(whole)\nin parts:\n\(inParts)")
        guard !whole.response.isEmpty else { return }
        let response = String(decoding: whole.response, as: UTF8.self)
        promise(response.hasPrefix("HTTP/1.1 "), "a status line")
        let head = response.components(separatedBy: "\r\n\r\n")[0].components(separatedBy: "\r\n")
        promise(head.allSatisfy { !$0.contains { $0 == "\r" || $0 == "\n" } }, "a line end of the request's own")
        promise(head.count < 12, "more lines than we write: \(head)")
    }

    private struct Outcome: Equatable {
        var response: [UInt8] = []
        var isAccepted = false
        /// How many bytes are the frames' that follow.
        var rest = 0
    }

    private static func shakeHands(_ parts: [ArraySlice<UInt8>]) -> Outcome {
        var reader = HandshakeReader()
        var outcome = Outcome()
        for part in parts {
            guard outcome.response.isEmpty else {
                if outcome.isAccepted { outcome.rest += part.count }
                continue
            }
            withExactCopy(of: part) { memory in
                var cursor = ByteCursor(memory)
                switch reader.read(&cursor, allowedOrigins: ["https://example.org"]) {
                case .needMore: promise(cursor.count == 0, "bytes are left unread")
                case .refused(let refusal):
                    promise((400..<600).contains(refusal.status), "a status of refusal: \(refusal.status)")
                    outcome.response = refusal.response
                case .request(let head):
                    promise(head.method == "GET", "the method \(head.method)")
                    let response = Handshake.response(
                        to: head,
                        subprotocol: UpgradeRequest(head, peer: SocketAddress(.ipv4(0x7F00_0001), port: 1)).subprotocols
                            .first,
                        extensions: agree(on: head)?.answer
                    )
                    outcome = Outcome(response: response, isAccepted: true, rest: cursor.count)
                }
            }
        }
        return outcome
    }

    /// RFC 7692 7.1: what is agreed on was offered, and the answer keeps to the grammar of offers.
    private static func agree(on head: RequestHead) -> DeflateAgreement? {
        let compression = Gateway.Compression(keepsContext: head.query.utf8.count % 2 == 1)
        guard let offers = ExtensionOffer.offers(in: head.headers),
            let agreement = DeflateAgreement(offers, compression)
        else { return nil }
        promise(offers.contains { $0.name == "permessage-deflate" }, "an agreement on what was not offered")
        promise((8...15).contains(agreement.serverWindowBits), "our window of \(agreement.serverWindowBits) bits")
        promise((8...15).contains(agreement.clientWindowBits), "their window of \(agreement.clientWindowBits) bits")
        let answer = ExtensionOffer.offers(in: ["Sec-WebSocket-Extensions": agreement.answer])
        promise(answer?.count == 1 && answer?[0].name == "permessage-deflate", "the answer \(agreement.answer)")
        return agreement
    }
}

extension String {
    /// The pieces between a separator.
    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
