import GatewayKit

extension FuzzTarget {
    /// JSON: exactly what the grammar says is taken, and it is written so that it is read as the same.
    static let json = FuzzTarget(name: "json") { input in
        checkNames(input)
        let value: PHPValue
        do throws(PHPValue.Malformed) {
            value = try JSONReader.read(input)
        } catch {
            return promise(error == .limit || !isJSONByTheBook(input), "refused, yet it is JSON: \(error)")
        }
        promise(isJSONByTheBook(input), "taken, yet it is no JSON")
        guard let json = JSONWriter.write(value), let again = try? JSONReader.read(json) else {
            return promise(false, "what was read cannot be written and read again")
        }
        promise(JSONWriter.write(again) == json, "the second writing differs from the first")
    }

    /// Lists of names have a short way of their own, which gives what the reader gives.
    private static func checkNames(_ input: [UInt8]) {
        var expected: [String]?
        if case .array(let names)? = try? JSONReader.read(input) { expected = names.values.compactMap(InnerNames.name) }
        let names = input.withUnsafeBytes { InnerNames.list($0) }
        promise(names == expected, "names by the short way \(names ?? []), by the long way \(expected ?? [])")
    }
}
