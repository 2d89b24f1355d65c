/// The origin of a web page: scheme, host and port (RFC 6454).
package struct WebOrigin: Sendable, Hashable {
    /// As browsers write it: small letters, without the scheme's own port.
    package let text: String
    /// Host and port.
    package let host: HostHeader

    package static func == (left: Self, right: Self) -> Bool { left.text == right.text }

    package func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// The origin of an address, or one as an `Origin` header spells it; what follows the host is left away.
    ///
    /// Nil for `null`, and for any scheme but http, https, ws and wss.
    package init?(_ address: String) {
        guard let separator = address.firstRange(of: "://") else { return nil }
        let scheme = address[..<separator.lowerBound].lowercased()
        let authority = address[separator.upperBound...].prefix { !"/?#".contains($0) }
        guard let ownPort = Self.ports[scheme], let host = HostHeader(String(authority)) else { return nil }
        self.init(scheme: scheme, host: host, ownPort: ownPort)
    }

    /// The origin that a request was sent to.
    package init(of host: HostHeader, isSecure: Bool) {
        self.init(scheme: isSecure ? "https" : "http", host: host, ownPort: isSecure ? 443 : 80)
    }

    private init(scheme: String, host: HostHeader, ownPort: Int) {
        self.host = host
        let port = host.port.flatMap { $0 == ownPort ? nil : ":\($0)" } ?? ""
        text = "\(scheme)://\(host.host)\(port)"
    }

    private static let ports = ["http": 80, "https": 443, "ws": 80, "wss": 443]
}
