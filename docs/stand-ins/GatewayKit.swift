struct Sessions { func isValid(_ token: String) async -> Bool { true } }
struct Outbound {
    func write(_ message: Message) async throws {}
    func close(_ code: CloseCode, _ reason: String) async throws {}
}
struct Head { var uri = "", headers: [(name: String, value: String)] = [] }
let sessions = Sessions(), outbound = Outbound(), request = Head(), secret = "", socket: Int32 = 3
let head: [UInt8] = [], rest: [UInt8] = [], received: [UInt8] = [], bytes: [UInt8] = []
let inbound = AsyncStream<Message> { $0.finish() }
let gateway = Gateway(.init(listen: "127.0.0.1:0"))
let client: any GatewayClient = gateway.client
guard let clientID = ClientID("7f0000010b5400000001") else { return }
