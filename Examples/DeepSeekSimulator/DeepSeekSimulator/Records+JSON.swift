#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Records {
    /// What `GET /recorded` answers: the open streams, how many requests came, and the `last` of them.
    func json(last: Int) -> [UInt8] {
        var json = Array("{\"open_streams\":\(openStreams),\"received\":\(received),\"requests\":[".utf8)
        for (index, request) in requests.suffix(last).enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            json += request.json
        }
        return json + Array("]}\n".utf8)
    }
}

extension RecordedRequest {
    /// A body that is JSON stands in it as it came, any other as a string.
    fileprivate var json: [UInt8] {
        let head = Head(
            number: number,
            method: method,
            path: path,
            headers: headers.map { [$0.name, $0.value] },
            status: status,
            ending: ending?.rawValue
        )
        return Self.encode(head).dropLast() + Array(",\"body\":".utf8)
            + (isJSON ? body : Self.encode(String(decoding: body, as: UTF8.self))) + Array("}".utf8)
    }

    private struct Head: Encodable {
        var number: Int
        var method: String
        var path: String
        var headers: [[String]]
        var status: Int?
        var ending: String?
    }

    /// Decodes from any JSON, since it wants nothing of it.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }

    private var isJSON: Bool { (try? JSONDecoder().decode(Anything.self, from: Data(body))) != nil }

    private static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        guard let data = try? encoder.encode(value) else { preconditionFailure("strings and integers are always JSON") }
        return Array(data)
    }
}
