import ServerCore

extension UpgradeRequest {
    /// The request as a worker of PHP's gets it: the arrays `get`, `server` and `cookie`.
    func phpValue(peer: SocketAddress, port: UInt16) -> PHPValue {
        let fields = mergedFields
        var server = PHPArray()
        server["QUERY_STRING"] = .text(head.query)
        server["REQUEST_METHOD"] = .text(head.method)
        server["REQUEST_URI"] = .text(head.target)
        server["SERVER_PROTOCOL"] = .text("HTTP/1.\(head.minorVersion)")
        server["SERVER_NAME"] = fields.first { $0.name == "HOST" }.map { .text($0.value) } ?? .null
        server["CONTENT_TYPE"] = fields.first { $0.name == "CONTENT_TYPE" }.map { .text($0.value) } ?? .null
        server["REMOTE_ADDR"] = .text(peer.ip)
        server["REMOTE_PORT"] = .int(Int64(peer.port))
        server["SERVER_PORT"] = .int(Int64(port))
        for field in fields { server[.init("HTTP_\(field.name)")] = .text(field.value) }
        let cookies = fields.first { $0.name == "COOKIE" }?.value ?? ""
        return [
            "get": .array(PHPQuery.parse(head.query)), "server": .array(server),
            "cookie": .array(Self.cookies(cookies)),
        ]
    }

    /// The header fields with names as PHP has them, those that come again joined by a comma.
    private var mergedFields: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for field in head.headers.fields {
            let name = String(decoding: field.name.utf8.map(Self.phpLetter), as: UTF8.self)
            if let index = fields.firstIndex(where: { $0.name == name }) {
                fields[index].value += ",\(field.value)"
            } else {
                fields.append((name, field.value))
            }
        }
        return fields
    }

    private static func phpLetter(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 0x20
        case UInt8(ascii: "-"): UInt8(ascii: "_")
        default: byte
        }
    }

    /// As Workerman reads cookies: blanks around the name go, the value stays as it came.
    private static func cookies(_ header: String) -> PHPArray {
        var cookies = PHPArray()
        for cookie in header.utf8.split(separator: UInt8(ascii: ";")) {
            let pair = cookie.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            var name = pair[0].drop(while: isBlank)
            while let last = name.last, isBlank(last) { name = name.dropLast() }
            cookies[.init(Array(name))] = .string(Array(pair[1]))
        }
        return cookies
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
