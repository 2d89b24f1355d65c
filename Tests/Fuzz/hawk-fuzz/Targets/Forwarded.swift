import ServerCore

extension FuzzTarget {
    /// Who sends a request, by fields in which a client may write anything before its proxy adds an element.
    static let forwarded = FuzzTarget(name: "forwarded") { input in
        let text = String(decoding: input, as: UTF8.self)
        _ = client(["Forwarded": text])
        _ = client(["X-Forwarded-For": text])
        let found = client(["Forwarded": "\(text), for=\"203.0.113.7:80\";by=\"a\\\",b\", for=10.0.0.2"])
        promise(found == SocketAddress("203.0.113.7:80"), "\(text) hides what the proxy has added to Forwarded")
        let other = client(["X-Forwarded-For": "\(text),203.0.113.7:80, 10.0.0.2"])
        promise(other == SocketAddress("203.0.113.7:80"), "\(text) hides what the proxy has added to X-Forwarded-For")
        if let host = SocketAddress.Host(text) {
            let address = SocketAddress(host, port: 0)
            promise(SocketAddress.Host(address.ip) == host, "the address \(address)")
            promise(AddressRange(address.ip)?.contains(host) == true, "the range \(address)")
        }
        if let range = AddressRange(text),
            let host = text.split(separator: "/").first.flatMap({ SocketAddress.Host($0) })
        {
            promise(range.contains(host) || text.contains(":"), "\(text) does not hold its own address")
        }
    }

    private static func client(_ headers: HTTPHeaders) -> SocketAddress? {
        let peer = SocketAddress(.ipv4(0x0A00_0001), port: 1)
        guard let proxies = try? TrustedProxies(["10.0.0.0/8"]) else { return nil }
        return proxies.client(of: headers, peer: peer)
    }
}
