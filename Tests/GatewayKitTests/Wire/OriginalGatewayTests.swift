import GatewayKit
import TestSupport
import Testing

/// The contract suite against gateways that are not ours, or not only: `Tests/Conformance/gatewayworker.sh` runs PHP's
/// GatewayWorker and says where.
@Suite(.enabled(if: OriginalGateways.register != nil, "HAWK_CONTRACT_REGISTER names a Register"))
struct OriginalGatewayTests {
    @Test func `the remote client keeps every promise with the gateways of a Register`() async throws {
        let client = WireClient(registers: [OriginalGateways.register ?? ""], secret: OriginalGateways.secret)
        let urls = OriginalGateways.urls
        try await eventually(.seconds(20), "a connection to each gateway") {
            let addresses = client.events.events.compactMap { event -> GatewayAddress? in
                if case .gatewayConnected(let address) = event { address } else { nil }
            }
            return Set(addresses).count == urls.count
        }
        // Gateways whose workers have not come yet turn sockets away.
        for url in urls {
            try await eventually(.seconds(20), "a greeting by \(url)") { (try? await GatewayFixture.open(url)) != nil }
        }
        for promise in GatewayClientPromise.all {
            try await eventually(.seconds(20), "no socket is left before \"\(promise.testDescription)\"") {
                try await client.client.clientCount() == 0
            }
            // PHP's gateway closes TCP without a close frame.
            let fixture = GatewayFixture(client: client.client, urls: urls, ends: [.close(1000, ""), .end])
            try await promise.check(fixture)
            print("kept: \(promise.testDescription)")
        }
        await client.stop()
    }
}

/// Where the gateways are.
private enum OriginalGateways {
    static let register = TestEnvironment.value("HAWK_CONTRACT_REGISTER")
    static let secret = TestEnvironment.value("HAWK_CONTRACT_SECRET") ?? ""
    /// Where sockets connect, one address for each gateway.
    static let urls = (TestEnvironment.value("HAWK_CONTRACT_SOCKETS") ?? "").split(separator: " ").map(String.init)
}
