import ChatAPIKit
import GatewayKit
import PlatformCore

/// The chat's gateway, filled with a gateway of this process or with those that a Register lists.
struct GatewayPushClient: PushClient {
    let gateway: any GatewayClient
    /// Whether it is the only one: then an address of another names no socket, while of several one may be just starting.
    var isAlone = false

    func push(_ text: String, toUid uid: String) async throws {
        try await gateway.send(text, to: .uid(uid))
    }

    func bind(clientID: String, uid: String) async throws -> BindResult {
        guard let client = ClientID(clientID) else { return .clientGone }
        return try await available { () async throws(GatewayError) in try await gateway.bind(uid: uid, to: client) }
            ?? false
            ? .bound : .clientGone
    }

    func unbind(clientID: String, uid: String) async throws -> Bool {
        guard let client = ClientID(clientID) else { return false }
        return try await available { () async throws(GatewayError) in
            guard try await gateway.uid(of: client).map(ByteKey.init) == ByteKey(uid) else { return false }
            try await gateway.unbind(client)
            return true
        } ?? false
    }

    /// What a gateway answers; nil if there is none of this address and never will be.
    private func available<Value>(_ body: () async throws(GatewayError) -> Value) async throws -> Value? {
        do {
            return try await body()
        } catch  where isAlone && error.code == .unknownGateway {
            return nil
        } catch {
            throw PushUnavailable(cause: "\(error)")
        }
    }
}
