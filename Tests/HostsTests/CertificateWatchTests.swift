import GatewayKit
import PlatformCore
import TestSupport
import Testing

@testable import HostSupport

struct CertificateWatchTests {
    @Test(arguments: [false, true])
    func `a renewed certificate is shown without a restart`(isAskedFor: Bool) async throws {
        let certificate = try TestCertificate()
        let tls = TLS(certificate: certificate.certificate, key: certificate.key)
        let gateway = Gateway(.init(listen: "127.0.0.1:0", tls: tls))
        let reload = ReloadRequest()
        let watch = CertificateWatch(
            files: [tls.certificate, tls.key],
            gateway: gateway,
            logger: Logger(level: .error, format: .text),
            reload: reload,
            interval: isAskedFor ? .seconds(3600) : .milliseconds(20)
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gateway.run() }
            group.addTask { try await watch.part.run() }
            let url = try await "wss://\(gateway.listeningAddress())/"
            _ = try await WebSocketClient.connect(url, trusting: certificate.certificate)
            try certificate.renew()  // what was shown is not trusted from here on
            try await eventually(.seconds(20), "the new certificate") {
                if isAskedFor { reload.ask() }
                return (try? await WebSocketClient.connect(url, trusting: certificate.certificate)) != nil
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
