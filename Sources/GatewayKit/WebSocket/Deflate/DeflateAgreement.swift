/// What client and server agreed on about permessage-deflate (RFC 7692 7.1).
package struct DeflateAgreement: Sendable, Hashable {
    /// Whether we keep our window from message to message.
    package var serverKeepsContext: Bool
    /// Whether the client may keep its window.
    package var clientKeepsContext: Bool
    /// The size of our window, as a power of two.
    package var serverWindowBits: Int
    /// The size of the client's window, as a power of two.
    package var clientWindowBits: Int
    /// What the `Sec-WebSocket-Extensions` field of the answer says.
    package var answer: String

    /// Takes the first offer that can be met; nil if there is none.
    package init?(_ offers: [ExtensionOffer], _ compression: Gateway.Compression) {
        for offer in offers where offer.name == "permessage-deflate" {
            guard let terms = Terms(offer) else { continue }
            self.init(terms, compression)
            return
        }
        return nil
    }

    private init(_ terms: Terms, _ compression: Gateway.Compression) {
        let contextBits = compression.keepsContext ? compression.contextWindowBits : 15
        var answer = "permessage-deflate"
        serverKeepsContext = compression.keepsContext && !terms.serverDropsContext
        if !serverKeepsContext { answer += "; server_no_context_takeover" }
        // RFC 7692 7.1.2.2: a client that did not offer it cannot be told to bound its window.
        clientKeepsContext =
            compression.keepsContext && !terms.clientDropsContext
            && (terms.clientWindowBits != nil || contextBits == 15)
        if !clientKeepsContext { answer += "; client_no_context_takeover" }
        serverWindowBits = min(terms.serverWindowBits ?? 15, contextBits)
        // RFC 7692 7.1.2.1: an offered bound is confirmed, and a smaller one may be given unasked.
        if terms.serverWindowBits != nil || serverWindowBits < 15 {
            answer += "; server_max_window_bits=\(serverWindowBits)"
        }
        clientWindowBits = 15
        if clientKeepsContext, let offered = terms.clientWindowBits {
            clientWindowBits = min(offered, contextBits)
            answer += "; client_max_window_bits=\(clientWindowBits)"
        }
        self.answer = answer
    }

    /// One offer's parameters; nil if it is to be declined (RFC 7692 7.1).
    private struct Terms {
        var serverDropsContext = false
        var clientDropsContext = false
        var serverWindowBits: Int?
        /// 15 if the client has left the number to us.
        var clientWindowBits: Int?

        init?(_ offer: ExtensionOffer) {
            var seen: Set<String> = []
            for parameter in offer.parameters {
                guard seen.insert(parameter.name).inserted, take(parameter) else { return nil }
            }
        }

        private mutating func take(_ parameter: ExtensionOffer.Parameter) -> Bool {
            switch (parameter.name, parameter.value) {
            case ("server_no_context_takeover", nil): serverDropsContext = true
            case ("client_no_context_takeover", nil): clientDropsContext = true
            case ("server_max_window_bits", let value?):
                serverWindowBits = Self.windowBits(value)
                return serverWindowBits != nil
            case ("client_max_window_bits", nil): clientWindowBits = 15
            case ("client_max_window_bits", let value?):
                clientWindowBits = Self.windowBits(value)
                return clientWindowBits != nil
            default: return false
            }
            return true
        }

        /// RFC 7692 7.1.2: 8 to 15, without leading zeros.
        private static func windowBits(_ value: String) -> Int? {
            switch value {
            case "8": 8
            case "9": 9
            case "10": 10
            case "11": 11
            case "12": 12
            case "13": 13
            case "14": 14
            case "15": 15
            default: nil
            }
        }
    }
}
