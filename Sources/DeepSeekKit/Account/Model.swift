/// A model that the account may ask: see `DeepSeekClient.models`.
public struct Model: Sendable, Hashable {
    /// Its name, for `ChatCompletionRequest.model`.
    public var id: String
    /// Whose it is, when the server says so.
    public var owner: String?
    /// What else the server says of it.
    public var additionalFields: [String: JSONValue]

    /// A model by name.
    public init(id: String, owner: String? = nil, additionalFields: [String: JSONValue] = [:]) {
        self.id = id
        self.owner = owner
        self.additionalFields = additionalFields
    }
}

extension Model: Decodable {
    /// Decodes an element of `GET /models`.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: AnyName.self)
        self.init(
            id: try fields.decode(String.self, forKey: "id"),
            owner: try? fields.value("owned_by"),
            additionalFields: fields.others(than: ["id", "object", "owned_by"])
        )
    }
}
