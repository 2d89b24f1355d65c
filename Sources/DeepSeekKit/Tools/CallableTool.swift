/// A function that the model may ask for, and what it does: see `DeepSeekClient.stream(_:calling:)`.
///
/// ```swift
/// struct Place: Decodable { var city: String }
/// let weather = CallableTool(.init(name: "weather", description: "The weather now.", parameters: schema)) {
///     (place: Place) in try await station.report(place.city)
/// }
/// ```
public struct CallableTool: Sendable {
    /// How the model sees it.
    public let definition: ChatCompletionRequest.Tool
    private let run: @Sendable (_ arguments: String) async throws -> String

    /// A function by its definition and its body.
    ///
    /// - Parameters:
    ///   - definition: the name, the purpose and the schema of the arguments; this does not check them, decoding does.
    ///   - body: takes the decoded arguments (of a type of yours, or `JSONValue`) and returns what the model gets to
    ///     read. What it throws is told to the model too, by its description, so that it can correct itself: throw
    ///     nothing secret. Calls of one answer run at the same time.
    public init<Arguments: Decodable & SendableMetatype>(
        _ definition: ChatCompletionRequest.Tool,
        _ body: @escaping @Sendable (Arguments) async throws -> String
    ) {
        self.definition = definition
        run = { text in
            let arguments: Arguments
            do {
                arguments = try JSONText.decode(text.isEmpty ? "{}" : text)
            } catch {
                return "The arguments do not fit: \(JSONText.fault(error))."
            }
            return try await body(arguments)
        }
    }

    /// What the model gets to read of a call.
    func answer(_ call: ToolCall) async -> String {
        do {
            return try await run(call.arguments)
        } catch {
            return "The function failed: \(error)"
        }
    }
}
