import GatewayKit
import PlatformCore
import ServerCore

/// Has a gateway read its certificate again when the files change, so that a renewed one needs no restart.
struct CertificateWatch: Sendable {
    let files: [String]
    let gateway: Gateway
    let logger: Logger
    /// By which somebody may ask for a look at once.
    var reload = ReloadRequest()
    /// How long a new certificate may go unnoticed.
    var interval: Duration = .seconds(10)

    var part: HostPart { HostPart("certificate", run) }

    @Sendable private func run() async throws {
        var known = contents
        reload.whenAsked { readAgain() }
        while (try? await Task.sleep(for: interval)) != nil {
            let found = contents
            guard found != known else { continue }
            known = found
            readAgain()
        }
    }

    private func readAgain() {
        do throws(GatewayError) {
            try gateway.reloadTLS()
            logger.log(LogLine(.info, "gateway", "new certificate", ["file": files[0]]))
        } catch {
            // Perhaps only one of the two is written yet; then the other changes too.
            logger.log(LogLine(.warning, "gateway", "the old certificate stays: \(error)"))
        }
    }

    /// The digest of each file; nil for one that cannot be read.
    private var contents: [[UInt8]?] { files.map { path in (try? Files.read(path)).map { Digest.sha256($0) } } }
}
