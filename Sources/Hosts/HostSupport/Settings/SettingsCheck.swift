import ChatAPIKit
import PlatformCore
import ServerCore

/// What a start would meet later: addresses that a page cannot use, files that cannot be read, ports that are taken twice.
struct SettingsCheck {
    let settings: Settings
    let host: HostName

    func run(_ reader: inout SettingsReader) {
        if host == .hawk || host == .api { checkURLs(&reader) }
        if host == .server, !settings.isRegisterOnly { checkCertificate(&reader) }
        checkListeners(&reader)
    }

    private func checkURLs(_ reader: inout SettingsReader) {
        var gateway = ChatAPI.Configuration(proof: .notRequired)
        gateway.gatewayURL = settings.gatewayURL
        var token = ChatAPI.Configuration(proof: .notRequired)
        token.tokenURL = settings.tokenURL
        for (name, configuration) in [("gateway-url", gateway), ("token-url", token)] {
            do throws(ChatError) {
                try configuration.validate()
            } catch {
                reader.reject("\(SettingsReader.spelling(name)): \(error.cause)")
            }
        }
    }

    private func checkCertificate(_ reader: inout SettingsReader) {
        guard let certificate = settings.tlsCertificate, let key = settings.tlsKey else { return }
        do throws(SystemError) {
            _ = try TLSContext(serving: TLSFiles(certificate: certificate, key: key))
        } catch {
            reader.reject("--tls-cert, --tls-key: \(error)")
        }
    }

    private func checkListeners(_ reader: inout SettingsReader) {
        var listeners: [(name: String, text: String?)] = []
        let isGateway = host == .hawk || host == .server && !settings.isRegisterOnly
        if isGateway { listeners.append(("gateway-listen", settings.gatewayListen)) }
        if isGateway { listeners.append(("inner-listen", settings.innerListen)) }
        if host == .hawk || host == .server { listeners.append(("register-listen", settings.registerListen)) }
        if host == .hawk || host == .api { listeners.append(("api-listen", settings.apiListen)) }
        listeners.append(("admin-listen", settings.adminListen))
        var taken: [SocketAddress: String] = [:]
        for (name, text) in listeners {
            guard let text, let address = SocketAddress(text), address.port != 0 else { continue }
            if let other = taken[address] {
                reader.reject("\(SettingsReader.spelling(name)): \(text) is where --\(other) listens already")
            }
            taken[address] = name
        }
    }
}
