#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Script {
    /// Answers from a file with such a list.
    public init(contentsOf path: String) throws(ScriptError) {
        let json: Data
        do {
            json = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw ScriptError("\(path) cannot be read")
        }
        try self.init(json: Array(json))
    }

    /// Answers from a list in JSON, as `docs/simulator.md` shows it; throws a sentence about what is wrong with it.
    public init(json: [UInt8]) throws(ScriptError) {
        do {
            self.init(try JSONDecoder().decode([ScriptedAnswer].self, from: Data(json)))
        } catch DecodingError.dataCorrupted(let context) {
            throw ScriptError(context)
        } catch DecodingError.keyNotFound(let key, let context) {
            throw ScriptError(context, "\"\(key.stringValue)\" is missing")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            throw ScriptError(context, "this is of another type than it must be")
        } catch {
            throw ScriptError("\(error)")
        }
    }
}

/// What is wrong with a list of answers.
public struct ScriptError: Error, CustomStringConvertible {
    /// A sentence with the place.
    public let description: String

    fileprivate init(_ description: String) { self.description = description }

    fileprivate init(_ context: DecodingError.Context, _ fault: String? = nil) {
        let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        self.init("answers\(path): \(fault ?? context.debugDescription)")
    }
}

extension ScriptedAnswer: Decodable {
    private enum CodingKeys: String, CodingKey {
        case when, times, always, status, headers, steps, faults
    }

    /// Decodes an entry of a list of answers.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseOthers(than: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let isAlways = try fields.decodeIfPresent(Bool.self, forKey: .always) ?? false
        self.init(
            try fields.decodeIfPresent([Step].self, forKey: .steps),
            when: try fields.decodeIfPresent(String.self, forKey: .when),
            times: isAlways ? nil : try fields.decodeIfPresent(Int.self, forKey: .times) ?? 1,
            status: try fields.decodeIfPresent(Int.self, forKey: .status) ?? 200,
            headers: try fields.decodeIfPresent([String: String].self, forKey: .headers) ?? [:],
            faults: try fields.decodeIfPresent(String.self, forKey: .faults) ?? ""
        )
    }
}

extension ScriptedAnswer.Step: Decodable {
    private enum CodingKeys: String, CodingKey {
        case reasoning, content, tool, arguments, finish, event, raw, pause
    }

    /// Decodes a step: an object of one field, or the word `stall`, `cut` or `reset`.
    public init(from decoder: any Decoder) throws {
        if let word = try? decoder.singleValueContainer().decode(String.self) {
            switch word {
            case "stall": self = .stall
            case "cut": self = .cut
            case "reset": self = .reset
            default: throw decoder.corrupted("\"\(word)\" is no step: stall, cut and reset are")
            }
            return
        }
        try decoder.refuseOthers(than: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String { try fields.decode(String.self, forKey: key) }
        switch fields.allKeys.first(where: { $0 != .arguments }) {
        case .reasoning: self = .reasoning(try text(.reasoning))
        case .content: self = .content(try text(.content))
        case .tool: self = .toolCall(name: try text(.tool), arguments: try text(.arguments))
        case .finish: self = .finish(try text(.finish))
        case .event: self = .event(try text(.event))
        case .raw: self = .raw(Array(try text(.raw).utf8))
        case .pause: self = .pause(.milliseconds(try fields.decode(Int.self, forKey: .pause)))
        case .arguments, nil: throw decoder.corrupted("this is no step")
        }
    }
}

extension Decoder {
    fileprivate func corrupted(_ fault: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: fault))
    }

    /// Throws for a field that has a name nobody knows: a slip of the pen must not be a silent one.
    fileprivate func refuseOthers<Key: CodingKey>(than keys: Key.Type) throws {
        for key in try container(keyedBy: AnyKey.self).allKeys where Key(stringValue: key.stringValue) == nil {
            throw corrupted("\"\(key.stringValue)\" is unknown here")
        }
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
