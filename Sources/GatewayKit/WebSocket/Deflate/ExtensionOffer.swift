package import ServerCore

/// One element of a `Sec-WebSocket-Extensions` field (RFC 6455 9.1): an extension's name and its parameters, in order.
package struct ExtensionOffer: Sendable, Equatable {
    /// A parameter; nil without a value.
    package struct Parameter: Sendable, Equatable {
        package let name: String
        package let value: String?
    }

    package let name: String
    package let parameters: [Parameter]

    /// Reads the fields of a request, in the client's order of preference; nil if they do not keep to the grammar.
    package static func offers(in headers: HTTPHeaders) -> [ExtensionOffer]? {
        let fields = headers.values("Sec-WebSocket-Extensions")
        guard !fields.isEmpty else { return [] }
        var reader = Reader(rest: fields.joined(separator: ",").utf8[...])
        return reader.offers()
    }

    /// Reads RFC 6455 9.1's grammar from left to right.
    private struct Reader {
        var rest: Substring.UTF8View

        mutating func offers() -> [ExtensionOffer]? {
            var offers: [ExtensionOffer] = []
            while true {
                skipBlanks()
                guard let first = rest.first else { return offers }
                if first == UInt8(ascii: ",") {  // RFC 9110 5.6.1: empty elements of a list are ignored
                    rest = rest.dropFirst()
                    continue
                }
                guard let offer = offer() else { return nil }
                offers.append(offer)
                guard rest.isEmpty || take(UInt8(ascii: ",")) else { return nil }
            }
        }

        private mutating func offer() -> ExtensionOffer? {
            guard let name = token() else { return nil }
            var parameters: [Parameter] = []
            while take(UInt8(ascii: ";")) {
                guard let parameter = parameter() else { return nil }
                parameters.append(parameter)
            }
            return ExtensionOffer(name: name, parameters: parameters)
        }

        private mutating func parameter() -> Parameter? {
            guard let name = token() else { return nil }
            guard take(UInt8(ascii: "=")) else { return Parameter(name: name, value: nil) }
            skipBlanks()
            let value = rest.first == UInt8(ascii: "\"") ? quotedToken() : token()
            return value.map { Parameter(name: name, value: $0) }
        }

        private mutating func token() -> String? {
            skipBlanks()
            let token = rest.prefix { HTTPSyntax.isToken($0) }
            rest = rest.dropFirst(token.count)
            skipBlanks()
            return token.isEmpty ? nil : String(Substring(token))
        }

        /// RFC 6455 9.1: what is quoted is a token all the same.
        private mutating func quotedToken() -> String? {
            rest = rest.dropFirst()
            var value: [UInt8] = []
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "\"") {
                    skipBlanks()
                    return HTTPSyntax.isToken(value.span) ? String(decoding: value, as: UTF8.self) : nil
                }
                guard byte == UInt8(ascii: "\\") else {
                    value.append(byte)
                    continue
                }
                guard let escaped = rest.popFirst() else { return nil }
                value.append(escaped)
            }
            return nil
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard rest.first == byte else { return false }
            rest = rest.dropFirst()
            return true
        }

        private mutating func skipBlanks() {
            rest = rest.drop { HTTPSyntax.isBlank($0) }
        }
    }
}
