import DeepSeekKit
import GatewayKit
package import PlatformCore
import ServerCore

/// The settings of a host, read and checked.
package struct Settings: Sendable {
    package var gatewayListen: String
    package var gatewayURL: String?
    package var registerListen: String?
    package var innerListen: String?
    package var innerAdvertise: String?
    package var registers: [String]
    package var secret: String?
    package var isInsecure: Bool
    package var loops: Int
    package var hasBusinessWorkers: Bool
    /// Whether `hawk-server` has the Register and no gateway.
    package var isRegisterOnly: Bool
    /// nil: the default text.
    package var initMessage: String?
    package var sendsInitMessage: Bool
    package var bindLifetime: Duration?
    package var apiListen: String
    package var allowedOrigins: [String]
    package var trustedProxies: [String]
    package var tlsCertificate: String?
    package var tlsKey: String?
    package var data: String
    package var database: String
    package var queue: QueueURL
    package var authSecret: String?
    package var authIssuer: String?
    package var authAudience: String?
    package var tokenURL: String?
    package var hasDevelopmentSignIn: Bool
    package var model: String
    package var models: [String]
    package var sendsPerMinute: Int
    package var sendsPerMinutePerAddress: Int
    package var runningReplies: Int
    package var streamsPerUser: Int
    package var deepSeekURL: String?
    package var deepSeekKey: String?
    package var systemPrompt: String
    package var historyLimit: Int
    package var concurrency: Int
    package var hasTitles: Bool
    package var foldAfter: Duration?
    package var retentionDays: Int
    /// nil: off.
    package var adminListen: String?
    package var pidFile: String
    /// nil: stderr.
    package var logFile: String?
    package var logLevel: LogLevel
    package var logFormat: Logger.Format?
    /// What should be said at start.
    package var warnings: [String]
}

/// Where jobs are kept.
package enum QueueURL: Sendable, Equatable {
    /// A SQLite file.
    case sqlite(path: String)
    /// A directory of files.
    case file(directory: String)
    /// This process's memory: only where one process does everything.
    case memory
}

extension Settings {
    /// Reads the settings of a host from flags and environment.
    ///
    /// `cores` is how many processors the machine has: the default of `--loops`. Unless the host `isToRun`, the secrets
    /// that only running needs may be missing. With `isRegisterOnly` it has no gateway, and a pid file beside the gateway's.
    ///
    /// - Throws: `UsageError` with everything that is wrong.
    package init(
        host: HostName,
        flags: [String: String],
        environment: [String: String],
        cores: Int,
        isToRun: Bool = true,
        isRegisterOnly: Bool = false
    ) throws(UsageError) {
        var reader = SettingsReader(flags: flags, environment: environment)
        let data = reader.text("data") ?? "data"
        let isHawk = host == .hawk
        self.data = data
        gatewayListen = reader.text("gateway-listen") ?? "127.0.0.1:8282"
        gatewayURL = reader.text("gateway-url")
        registerListen = reader.optional("register-listen", default: isHawk ? nil : "127.0.0.1:1236")
        innerListen = reader.optional("inner-listen", default: isHawk ? nil : "127.0.0.1:2900")
        innerAdvertise = reader.text("inner-advertise")
        let ownRegister = host == .server || isHawk ? registerListen : "127.0.0.1:1236"
        registers = reader.list("register") ?? ownRegister.map { [$0] } ?? []
        secret = reader.text("secret")
        isInsecure = reader.isOn("insecure")
        loops = reader.number("loops", in: 1...256, default: cores)
        self.isRegisterOnly = isRegisterOnly
        hasBusinessWorkers = host == .server && reader.isOn("business-workers")
        let template = reader.optional("init-message", default: nil)
        initMessage = template
        sendsInitMessage = template != nil || !hasBusinessWorkers && reader.text("init-message") == nil
        bindLifetime = reader.duration("bind-lifetime", default: hasBusinessWorkers ? nil : .seconds(12 * 3600))
        apiListen = reader.text("api-listen") ?? "127.0.0.1:8080"
        allowedOrigins = reader.list("allow-origin") ?? []
        trustedProxies = reader.list("trusted-proxy") ?? []
        tlsCertificate = reader.text("tls-cert")
        tlsKey = reader.text("tls-key")
        database = reader.text("database") ?? "\(data)/hawk.sqlite"
        queue = Self.queue(&reader, data: data, host: host)
        authSecret = reader.text("auth-secret")
        authIssuer = reader.text("auth-issuer")
        authAudience = reader.text("auth-audience")
        tokenURL = reader.text("token-url")
        hasDevelopmentSignIn = reader.isOn("dev-sign-in")
        model = reader.text("model") ?? "deepseek-flash"
        models = reader.list("models") ?? (host == .hawk ? [model] : [])
        sendsPerMinute = reader.number("sends-per-minute", in: 0...1_000_000, default: 20)
        sendsPerMinutePerAddress = reader.number("sends-per-minute-per-address", in: 0...1_000_000, default: 120)
        runningReplies = reader.number("running-replies", in: 0...10_000, default: 3)
        streamsPerUser = reader.number("streams-per-user", in: 1...10_000, default: 8)
        deepSeekURL = reader.text("deepseek-url")
        deepSeekKey = reader.text("deepseek-api-key")
        systemPrompt = reader.text("system-prompt") ?? "You are a helpful assistant. Answer in the user's language."
        historyLimit = reader.size("history-limit", default: 64 << 10)
        concurrency = reader.number("concurrency", in: 1...10_000, default: 32)
        hasTitles = reader.isOn("titles", default: host != .hawk || deepSeekKey != nil)
        foldAfter = reader.duration("fold-after", default: .seconds(600))
        retentionDays = reader.number("retention-days", in: 0...36_500, default: 0)
        adminListen = reader.optional("admin-listen", default: nil)
        pidFile = reader.text("pid-file") ?? "\(data)/run/\(host.rawValue)\(isRegisterOnly ? "-register" : "").pid"
        logFile = reader.text("log-file")
        logLevel = reader.choice(
            "log-level",
            ["debug": LogLevel.debug, "info": .info, "warning": .warning, "error": .error],
            default: .info
        )
        logFormat = reader.choice("log-format", ["text": Logger.Format.text, "json": .json], default: nil)
        warnings = []
        Self.checkAddresses(self, &reader)
        if isToRun {
            Self.check(self, host: host, &reader)
            Self.checkExposure(self, host: host, isRegisterOnly: isRegisterOnly, &reader)
            SettingsCheck(settings: self, host: host).run(&reader)
            if host == .server { Self.checkDoors(self, isRegisterOnly: isRegisterOnly, &reader) }
        }
        warnings = reader.warnings
        guard reader.problems.isEmpty else { throw UsageError(problems: reader.problems) }
    }

    private static func queue(_ reader: inout SettingsReader, data: String, host: HostName) -> QueueURL {
        let text = reader.text("queue") ?? "sqlite:\(data)/queue.sqlite"
        let spelling = SettingsReader.spelling("queue")
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count == 2 ? parts[1] : "") {
        case ("memory", ""):
            if host != .hawk {
                reader.reject("\(spelling): memory: is no queue between processes; use sqlite:FILE or file:DIRECTORY")
            }
            return .memory
        case ("sqlite", let path) where !path.isEmpty: return .sqlite(path: path)
        case ("file", let directory) where !directory.isEmpty: return .file(directory: directory)
        default:
            reader.reject("\(spelling): \(text) is none of sqlite:FILE, file:DIRECTORY, memory:")
            return .memory
        }
    }

    /// What must be an address with a port.
    private static func checkAddresses(_ settings: Settings, _ reader: inout SettingsReader) {
        let addresses: [(String, String?)] = [
            ("gateway-listen", settings.gatewayListen), ("api-listen", settings.apiListen),
            ("register-listen", settings.registerListen), ("inner-listen", settings.innerListen),
            ("inner-advertise", settings.innerAdvertise), ("admin-listen", settings.adminListen),
        ]
        for (name, text) in addresses {
            if let text, SocketAddress(text) == nil {
                reader.reject(
                    "\(SettingsReader.spelling(name)): \(text) is no address such as 127.0.0.1:8080 or [::1]:8080"
                )
            }
        }
        if let text = settings.adminListen, let address = SocketAddress(text), !address.isLoopback {
            reader.warn("--admin-listen \(text): whoever reaches it reads this host's figures; it asks for no password")
        }
        if let text = settings.innerAdvertise, SocketAddress(text) != nil, GatewayAddress(text) == nil {
            reader.reject(
                "\(SettingsReader.spelling("inner-advertise")): \(text) is no IPv4 address, as client ids need it"
            )
        }
        for text in settings.registers where !isTarget(text) {
            reader.reject(
                "\(SettingsReader.spelling("register")): \(text) is no address with a port such as 127.0.0.1:1236"
            )
        }
        for origin in settings.allowedOrigins where !WebOrigin.isOne(origin) {
            let advice =
                origin == "*" ? "leave it out and sockets may come from any page" : "write it as https://example.org"
            reader.reject("\(SettingsReader.spelling("allow-origin")): \(origin) is no origin; \(advice)")
        }
        do throws(TrustedProxies.UnknownEntry) {
            if try TrustedProxies(settings.trustedProxies).trustsEverybody, !settings.isInsecure {
                reader.reject(
                    "\(SettingsReader.spelling("trusted-proxy")): every client is trusted to say who it is, so limits by "
                        + "address hold nobody: name your proxies, or pass --insecure where only they can connect"
                )
            }
        } catch {
            let spelling = SettingsReader.spelling("trusted-proxy")
            reader.reject(
                "\(spelling): \(error.text) is no address, no range such as 10.0.0.0/8, nor loopback or private"
            )
        }
    }

    /// Whether it can be dialled: an address or a name, and a port.
    private static func isTarget(_ text: String) -> Bool {
        if SocketAddress(text) != nil { return true }
        guard let colon = text.lastIndex(of: ":"), UInt16(text[text.index(after: colon)...]) != nil else {
            return false
        }
        return colon > text.startIndex && !text[..<colon].contains { $0.isWhitespace || ":[]/".contains($0) }
    }

    /// Where gateways and pushing processes come in: beyond this machine only with a secret, and by an address that can be
    /// told to others.
    private static func checkDoors(_ settings: Settings, isRegisterOnly: Bool, _ reader: inout SettingsReader) {
        let innerListen = isRegisterOnly ? nil : settings.innerListen
        for (name, text) in [("register-listen", settings.registerListen), ("inner-listen", innerListen)] {
            guard settings.secret == nil, !settings.isInsecure, let text, let address = SocketAddress(text),
                !address.isLoopback
            else { continue }
            reader.reject(
                "\(SettingsReader.spelling(name)): whoever reaches \(text) could push: set HAWK_SECRET (or "
                    + "HAWK_SECRET_FILE), the same for all processes, or pass --insecure where nobody else is in the network"
            )
        }
        guard let innerListen, settings.innerAdvertise == nil, let address = SocketAddress(innerListen),
            address.ipv4 == nil || address.isUnspecified
        else { return }
        reader.reject(
            "\(SettingsReader.spelling("inner-listen")): others cannot dial \(innerListen): give the IPv4 address and port by "
                + "which they reach it with \(SettingsReader.spelling("inner-advertise"))"
        )
    }

    /// What is dangerous at an address that others reach.
    private static func checkExposure(
        _ settings: Settings,
        host: HostName,
        isRegisterOnly: Bool,
        _ reader: inout SettingsReader
    ) {
        func isExposed(_ text: String) -> Bool { SocketAddress(text).map { !$0.isLoopback } ?? false }
        let isAPI = host == .hawk || host == .api
        if isAPI, isExposed(settings.apiListen), settings.hasDevelopmentSignIn, !settings.isInsecure {
            reader.reject(
                "--dev-sign-in lets whoever is on this machine be any user, but \(settings.apiListen) serves others too: leave "
                    + "it out and sign tokens with HAWK_AUTH_SECRET (hawk token UID makes one), or pass --insecure"
            )
        }
        // Behind a proxy, which ends TLS, only that one connects.
        guard settings.trustedProxies.isEmpty, settings.tlsCertificate == nil else { return }
        var open: [String] = []
        if isAPI, isExposed(settings.apiListen) { open.append(settings.apiListen) }
        if host == .hawk || host == .server, !isRegisterOnly, isExposed(settings.gatewayListen) {
            open.append(settings.gatewayListen)
        }
        if !open.isEmpty {
            reader.warn(
                "\(open.joined(separator: " and ")): reached by others without TLS, so tokens and messages travel in the "
                    + "clear: put a proxy with TLS in front and name it by --trusted-proxy"
            )
        }
    }

    /// What settings demand of each other.
    private static func check(_ settings: Settings, host: HostName, _ reader: inout SettingsReader) {
        let secretName = "HAWK_SECRET (or HAWK_SECRET_FILE)"
        if host == .hawk, settings.innerListen != nil, settings.secret == nil {
            reader.reject(
                "--inner-listen lets other processes push into hawk: set \(secretName), the same for all of them"
            )
        }
        if host == .api, settings.secret == nil, !settings.isInsecure {
            reader.reject(
                "\(secretName) is not set: without it anyone who learns a client_id can bind that socket to himself. "
                    + "Set the gateway's secret here too, or pass --insecure on a machine of your own"
            )
        }
        if host == .api, settings.authSecret == nil {
            reader.reject(
                "HAWK_AUTH_SECRET (or HAWK_AUTH_SECRET_FILE) is not set: it is the key that the site's tokens are signed "
                    + "with, at least 32 bytes"
            )
        }
        if host == .hawk, settings.gatewayURL == nil, settings.gatewayListen.hasSuffix(":0") {
            reader.reject("--gateway-listen lets the system choose a port: say with --gateway-url what the page dials")
        }
        if (settings.tlsCertificate == nil) != (settings.tlsKey == nil) {
            reader.reject("--tls-cert and --tls-key belong together: give both, or none and let a proxy end TLS")
        }
        if settings.hasBusinessWorkers, settings.innerListen == nil {
            reader.reject("--business-workers connect to the inner port: --inner-listen must not be off")
        }
        if settings.hasBusinessWorkers, settings.allowedOrigins.isEmpty {
            reader.warn(
                "--business-workers without --allow-origin: workers read cookies, and any web page can open sockets"
            )
        }
        if let secret = settings.secret, settings.authSecret == secret {
            reader.reject(
                "\(secretName) and HAWK_AUTH_SECRET are the same: every process that may push could sign in as anybody; "
                    + "make another one: openssl rand -base64 32"
            )
        }
        if let secret = settings.secret, secret.utf8.count < 16 {
            reader.warn("\(secretName) has \(secret.utf8.count) bytes and may be guessed: openssl rand -base64 32")
        }
        if host != .server, case .sqlite(let path) = settings.queue, FilePlace(path) == FilePlace(settings.database) {
            reader.reject("--database and --queue name the same file, \(settings.database): give each its own")
        }
        if host == .hawk || host == .queue, let key = settings.deepSeekKey {
            var configuration = DeepSeekClient.Configuration()
            if let url = settings.deepSeekURL { configuration.baseURL = url }
            do throws(DeepSeekError) {
                try DeepSeekClient(apiKey: key, configuration: configuration).validate()
            } catch {
                reader.reject("\(SettingsReader.spelling("deepseek-url")): \(error.message)")
            }
        }
        if let secret = settings.authSecret, secret.utf8.count < 32 {
            reader.reject("HAWK_AUTH_SECRET has \(secret.utf8.count) bytes; a key for HS256 needs at least 32")
        }
        if host == .queue, settings.deepSeekKey == nil, settings.deepSeekURL == nil {
            reader.reject(
                "DEEPSEEK_API_KEY is not set. For trials without one, start deepseek-simulator and set DEEPSEEK_BASE_URL "
                    + "to its address"
            )
        }
        if host != .server, host != .hawk, settings.registers.isEmpty {
            reader.reject("--register (HAWK_REGISTER) names no Register")
        }
    }
}
