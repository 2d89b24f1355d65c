/// An error object inside a body: OpenAI's shape in practice, and documented nowhere, so anything is taken.
struct ServerComplaint: Decodable {
    var message: String
    var type: String?
    var code: String?

    init(from decoder: any Decoder) throws {
        let whole = try JSONValue(from: decoder)
        let value = whole["error"] ?? whole
        message = value["message"]?.string ?? value.string ?? "no message"
        type = value["type"]?.string
        code =
            switch value["code"] {
            case .string(let text): text
            case .integer(let number): String(number)
            default: nil
            }
    }

    /// The complaint in a body that has one.
    static func read(_ body: [UInt8]) -> Self? {
        struct Body: Decodable { var error: ServerComplaint? }
        let body: Body? = JSONText.read(body)
        return body?.error
    }
}
