import GatewayKit
import ServerCore

extension FuzzTarget {
    /// What a page says of itself in its address and cookies: queries, PHP's nested ones, cookies, subprotocols.
    static let query = FuzzTarget(name: "query") { input in
        let text = String(decoding: input, as: UTF8.self)
        check(PHPQuery.parse(text))
        guard let request = request(with: input) else { return }
        let parts = request.query.split(separator: "&")
        promise(
            request.queryItems.count == parts.count,
            "\(request.queryItems.count) of \(parts.count) parts of a query"
        )
        for cookie in request.cookies {
            promise(!cookie.name.isEmpty && !cookie.name.contains { $0 == ";" || $0 == "=" }, "the cookie \(cookie)")
        }
        for subprotocol in request.subprotocols {
            let isToken = subprotocol.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") }
            promise(isToken && !subprotocol.isEmpty, "the subprotocol \(subprotocol)")
        }
    }

    /// However deep the brackets lie, what comes of them can be written and read.
    private static func check(_ values: PHPArray) {
        let serialized = PHPValue.array(values).serialized()
        let again = try? PHPValue(serialized: serialized, limits: .init(depth: 70))
        promise(again == .array(values), "a query is read otherwise than it was written")
    }

    /// A request whose query, cookies and subprotocols are all these bytes; nil if they can be none of it.
    private static func request(with input: [UInt8]) -> UpgradeRequest? {
        var bytes = Array("GET /?".utf8) + input + " HTTP/1.1\r\nHost: a\r\nCookie: ".utf8
        bytes += input + "\r\nSec-WebSocket-Protocol: ".utf8 + input + "\r\n\r\n".utf8
        var parser = RequestParser()
        guard case .head(let head)? = try? parser.next(bytes.span).event else { return nil }
        return UpgradeRequest(head, peer: SocketAddress(.ipv4(0x7F00_0001), port: 1))
    }
}
