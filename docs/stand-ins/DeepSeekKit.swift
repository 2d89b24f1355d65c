struct Station { func report(_ city: String) async throws -> String { "" } }
struct Weather: Decodable {}
func show(_ text: String) {}
let key = "", station = Station(), schema: JSONValue = [:]
let deepseek = DeepSeekClient(apiKey: key)
var chat: [ChatMessage] = []
var request = ChatCompletionRequest(model: "deepseek-flash", messages: chat)
struct Place: Decodable { var city: String }
let weather = CallableTool(.init(name: "weather", description: "", parameters: schema)) { (place: Place) in place.city }
