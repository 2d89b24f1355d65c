import PlatformCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What `hawk` says once everything listens: which address is for what, and what a person should know.
package final class Announcement: Sendable {
    private struct Addresses {
        var gateway: String?
        var api: String?
        var isSaid = false
    }

    private let settings: Settings
    private let host: HostName
    private let addresses = Lock(Addresses())

    init(host: HostName, settings: Settings) {
        self.host = host
        self.settings = settings
    }

    /// The gateway listens.
    func gateway(_ address: String) { note { $0.gateway = address } }

    /// The API listens.
    func api(_ address: String) { note { $0.api = address } }

    private func note(_ change: (inout Addresses) -> Void) {
        let banner = addresses.withLock { addresses -> String? in
            change(&addresses)
            guard host == .hawk, !addresses.isSaid, let gateway = addresses.gateway, let api = addresses.api else {
                return nil
            }
            addresses.isSaid = true
            return render(gateway: gateway, api: api)
        }
        if let banner { try? Files.write(banner.utf8, to: STDOUT_FILENO, path: "stdout") }
    }

    private func render(gateway: String, api: String) -> String {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let bold = { (text: String) in isTerminal ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
        let model =
            settings.deepSeekKey == nil
            ? "SIMULATED: no DEEPSEEK_API_KEY is set, answers are made up on this machine"
            : "\(settings.model) at \(settings.deepSeekURL ?? "api.deepseek.com")"
        let signIn =
            settings.hasDevelopmentSignIn
            ? "development: anyone on this machine may sign in under any name"
            : settings.tokenURL.map { "tokens from \($0)" } ?? "tokens only: try `hawk token UID`"
        return """

            \(bold("Services started"))  Hawk \(HawkVersion.text), everything in one process

              \(bold("Chat page"))   http://\(api)
              WebSocket   ws://\(gateway)  \(settings.loops == 1 ? "1 loop" : "\(settings.loops) loops")
              Model       \(model)
              Sign-in     \(signIn)
              Data        \(settings.data)/

              Ctrl-C stops it.


            """
    }
}
