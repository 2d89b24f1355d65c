import DeepSeekKit
import Testing

/// The JSON of an answer as a value.
@Suite struct DecodingTests {
    private struct Weather: Decodable, Equatable {
        struct Day: Decodable, Equatable { var high: Int }
        var place: String
        var days: [Day]
    }

    private static let json = #"{"place":"Kyiv","days":[{"high":3}]}"#

    private static func failure(_ text: String, _ reason: FinishReason = .stop) -> DeepSeekError? {
        do throws(DeepSeekError) {
            _ = try ChatCompletion(message: .assistant(text), finishReason: reason).decode(Weather.self)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        json, " \n\(json)\n ", "```json\n\(json)\n```", "```\n\(json)\n```\n", "\n```JSON\r\n\(json)\r\n```",
    ])
    func `an answer is decoded, with or without a fence`(_ text: String) throws {
        let weather: Weather = try ChatCompletion(message: .assistant(text)).decode()
        #expect(weather == Weather(place: "Kyiv", days: [.init(high: 3)]))
    }

    @Test(arguments: [
        ("Sorry, no.", "it is not JSON: Sorry, no."),
        ("", "it is not JSON: it is empty"),
        ("```json", "it is not JSON: ```json"),
        (#"{"place":"Kyiv"}"#, "days is missing"),
        (#"{"place":"Kyiv","days":[{"high":1},{}]}"#, "days[1].high is missing"),
        (#"{"place":"Kyiv","days":[{"high":"3"}]}"#, "days[0].high is no Int"),
        (#"{"place":null,"days":[]}"#, "place is null"),
        ("[]", "the whole is no Dictionary<String, Any>"),
    ])
    func `what does not fit is said and quoted`(_ text: String, _ sentence: String) {
        let error = Self.failure(text)
        #expect(error?.code == .decoding)
        #expect(
            error?.message.hasPrefix("the answer is no JSON for Weather, \(sentence)") == true,
            "\(error?.message ?? "")"
        )
        #expect(error?.partial?.content == text)
    }

    @Test func `a long answer is quoted short, and one that was cut says so`() {
        let error = Self.failure("{" + String(repeating: "x", count: 5000), .length)
        #expect(error?.message.hasPrefix("the answer was cut at the most tokens: raise maxTokens") == true)
        #expect((error?.message.count ?? 999) < 400)
    }
}
