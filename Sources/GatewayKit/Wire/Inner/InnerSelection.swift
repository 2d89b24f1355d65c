/// The question of a SELECT: which clients, and what of them.
package struct InnerSelection: Sendable, Equatable {
    /// The names of the fields wanted, in the order in which they are answered; those that nobody knows are null.
    package var fields: [String]
    /// Which clients; nil for all of them, in order of connection.
    package var conditions: [ClientCondition]?

    /// Reads `{"fields":[…],"where":…}`; what is not JSON selects nobody.
    package init(json: [UInt8]) {
        guard case .array(let question)? = try? JSONReader.read(json), question.count > 0 else {
            fields = []
            conditions = []
            return
        }
        fields = Self.values(question["fields"]).compactMap(InnerNames.name)
        switch question["where"] {
        case .array(let places)? where places.count > 0: conditions = places.elements.flatMap(Self.conditions)
        case nil, .null?, .array?, false, 0, "", "0": conditions = fields.isEmpty ? [] : nil
        default: conditions = []
        }
    }

    /// The fields that are to be looked up.
    package var known: ClientSelection.Fields {
        fields.reduce(into: []) { known, field in
            switch field {
            case "uid": known.insert(.uid)
            case "groups": known.insert(.groups)
            case "session": known.insert(.session)
            default: break
            }
        }
    }

    private static func conditions(_ place: PHPArray.Element) -> [ClientCondition] {
        let values = values(place.value)
        return switch place.key {
        case "connection_id": values.compactMap(InnerNames.connection).map(ClientCondition.client)
        case "uid": values.compactMap(InnerNames.name).map(ClientCondition.uid)
        case "groups": values.compactMap(InnerNames.name).map(ClientCondition.group)
        default: []
        }
    }

    /// The values of a list or a map; nothing of everything else.
    private static func values(_ value: PHPValue?) -> [PHPValue] {
        guard case .array(let array)? = value else { return [] }
        return Array(array.values)
    }
}
