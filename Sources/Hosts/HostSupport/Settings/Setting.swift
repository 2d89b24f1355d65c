/// The executables.
package enum HostName: String, Sendable, CaseIterable {
    /// Everything in one process.
    case hawk
    /// Gateway and Register.
    case server = "hawk-server"
    /// The HTTP chat API and its page.
    case api = "hawk-api"
    /// The workers that ask the model.
    case queue = "hawk-queue"
}

/// One setting of the hosts: a flag, an environment variable and a default, in that order of precedence.
package struct Setting: Sendable {
    /// The flag without its dashes; the key under which values are looked up.
    package let name: String
    /// What the flag's value looks like in help; nil for a switch.
    package let placeholder: String?
    /// What help says the default is.
    package let defaultText: String
    /// One line of help.
    package let help: String
    /// Hidden when shown; can come from a file; warned about when given as a flag.
    package let isSecret: Bool
    /// False for what must not stand in a process list at all.
    package let hasFlag: Bool
    /// The environment variable.
    package let environment: String
    /// Which executables read it.
    package let hosts: Set<HostName>

    init(
        _ name: String,
        _ placeholder: String? = nil,
        default defaultText: String,
        of hosts: Set<HostName>,
        environment: String? = nil,
        isSecret: Bool = false,
        hasFlag: Bool = true,
        _ help: String
    ) {
        self.name = name
        self.placeholder = placeholder
        self.defaultText = defaultText
        self.help = help
        self.isSecret = isSecret
        self.hasFlag = hasFlag
        self.environment = environment ?? "HAWK_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
        self.hosts = hosts
    }
}

extension Setting {
    /// The default of one host: without what is said in brackets of others.
    func defaultText(of host: HostName) -> String {
        let parts = defaultText.split(separator: " (", maxSplits: 1)
        guard parts.count == 2, parts[1].hasSuffix(")") else { return defaultText }
        let exception = parts[1].dropLast().split(separator: ": ", maxSplits: 1)
        let names = exception[0].split(separator: ", ").map { HostName(rawValue: String($0)) }
        guard exception.count == 2, !names.contains(nil) else { return defaultText }
        return String(names.contains(host) ? exception[1] : parts[0])
    }

    private static let everywhere = Set(HostName.allCases)
    private static let gateways: Set<HostName> = [.hawk, .server]
    private static let apis: Set<HostName> = [.hawk, .api]
    private static let workers: Set<HostName> = [.hawk, .queue]

    /// Every setting, in the order of help and of docs/settings.md.
    package static let all: [Setting] = [
        Setting(
            "gateway-listen",
            "ADDRESS",
            default: "127.0.0.1:8282",
            of: gateways,
            "where browsers open their WebSocket"
        ),
        Setting(
            "gateway-url",
            "URL",
            default: "the page's host, port 8282",
            of: apis,
            "the ws:// or wss:// address that the page dials"
        ),
        Setting(
            "register-listen",
            "ADDRESS",
            default: "127.0.0.1:1236 (hawk: off)",
            of: gateways,
            "where gateways and pushing processes find each other; off for none"
        ),
        Setting(
            "inner-listen",
            "ADDRESS",
            default: "127.0.0.1:2900 (hawk: off)",
            of: gateways,
            "where other processes, PHP's too, push into this gateway"
        ),
        Setting(
            "inner-advertise",
            "IPV4:PORT",
            default: "as --inner-listen",
            of: gateways,
            "the inner address that others are told"
        ),
        Setting(
            "register",
            "ADDRESS,…",
            default: "127.0.0.1:1236 (hawk, hawk-server: as --register-listen)",
            of: everywhere,
            "the Registers to announce to or to ask"
        ),
        Setting(
            "secret",
            "TEXT",
            default: "none",
            of: everywhere,
            isSecret: true,
            "shared by gateways, Registers and APIs; also the key of socket proofs"
        ),
        Setting(
            "insecure",
            default: "off",
            of: everywhere,
            "start without --secret where that lets strangers in"
        ),
        Setting("loops", "N", default: "number of cores", of: gateways, "event loops of the gateway, a thread each"),
        Setting(
            "business-workers",
            default: "off",
            of: [.server],
            "PHP's BusinessWorkers serve the sockets; greeting and time limit of a binding are off then unless set"
        ),
        Setting(
            "init-message",
            "TEMPLATE",
            default: "{\"type\":\"init\",…}",
            of: gateways,
            "first text on a new socket, with {client_id} and {proof}; off for none"
        ),
        Setting(
            "bind-lifetime",
            "DURATION",
            default: "12h",
            of: gateways,
            "a bound socket is closed with 4401 after this and binds anew; off for never"
        ),
        Setting("api-listen", "ADDRESS", default: "127.0.0.1:8080", of: apis, "where the chat API and page are served"),
        Setting(
            "allow-origin",
            "ORIGIN,…",
            default: "API: its own; sockets: any",
            of: [.hawk, .server, .api],
            "web origins that may call the API and open sockets"
        ),
        Setting(
            "trusted-proxy",
            "ADDRESS,…",
            default: "none",
            of: gateways.union(apis),
            "proxies that say by Forwarded or X-Forwarded-For who connects: addresses, CIDR ranges, loopback, private"
        ),
        Setting(
            "tls-cert",
            "FILE",
            default: "none",
            of: [.server],
            "the certificate for wss://, PEM, with those that lead to its authority; read again when it changes"
        ),
        Setting("tls-key", "FILE", default: "none", of: [.server], "the certificate's key, PEM"),
        Setting("data", "DIRECTORY", default: "data", of: everywhere, "where files lie whose own setting is not given"),
        Setting(
            "database",
            "FILE",
            default: "hawk.sqlite in --data",
            of: [.hawk, .api, .queue],
            "conversations, messages and replies"
        ),
        Setting(
            "queue",
            "URL",
            default: "sqlite:queue.sqlite in --data",
            of: [.hawk, .api, .queue],
            "sqlite:FILE, file:DIRECTORY or memory: (hawk only)"
        ),
        Setting(
            "auth-secret",
            "TEXT",
            default: "none (hawk: made and kept in --data)",
            of: apis,
            isSecret: true,
            "key of the JWTs (HS256) that say who is asking; at least 32 bytes"
        ),
        Setting("auth-issuer", "TEXT", default: "any", of: apis, "the iss that a token must carry"),
        Setting("auth-audience", "TEXT", default: "any", of: apis, "the aud that a token must carry"),
        Setting(
            "token-url",
            "URL",
            default: "none",
            of: apis,
            "where the page gets {\"token\"} from the site it lives in"
        ),
        Setting(
            "dev-sign-in",
            default: "off",
            of: apis,
            "let anyone on this machine sign in under any name: for development"
        ),
        Setting(
            "models",
            "NAME,…",
            default: "none (hawk: the --model)",
            of: apis,
            "the models that a question or a conversation may name"
        ),
        Setting("sends-per-minute", "N", default: "20", of: apis, "questions of one user; 0 for no limit"),
        Setting(
            "sends-per-minute-per-address",
            "N",
            default: "120",
            of: apis,
            "questions from one address that is not this machine's; 0 for no limit"
        ),
        Setting("running-replies", "N", default: "3", of: apis, "answers of one user at once; 0 for no limit"),
        Setting("streams-per-user", "N", default: "8", of: apis, "logs that one user follows as streams at once"),
        Setting("model", "NAME", default: "deepseek-flash", of: workers, "the model that answers"),
        Setting(
            "deepseek-url",
            "URL",
            default: "https://api.deepseek.com",
            of: workers,
            environment: "DEEPSEEK_BASE_URL",
            "base of the DeepSeek API"
        ),
        Setting(
            "deepseek-api-key",
            "TEXT",
            default: "none (hawk: answers are simulated)",
            of: workers,
            environment: "DEEPSEEK_API_KEY",
            isSecret: true,
            hasFlag: false,
            "the key of the DeepSeek API"
        ),
        Setting(
            "system-prompt",
            "TEXT",
            default: "a short one",
            of: workers,
            "what the model is told before a conversation"
        ),
        Setting(
            "history-limit",
            "SIZE",
            default: "64KiB",
            of: workers,
            "how much of a conversation is sent along, oldest dropped first"
        ),
        Setting("concurrency", "N", default: "32", of: workers, "replies at once"),
        Setting(
            "titles",
            "on/off",
            default: "on (hawk without a key: off)",
            of: workers,
            "have the model title a conversation after its first answer"
        ),
        Setting(
            "fold-after",
            "DURATION",
            default: "10m",
            of: workers,
            "the pieces in which an answer came are joined this long after its end; off for never"
        ),
        Setting(
            "retention-days",
            "N",
            default: "0",
            of: workers,
            "conversations are deleted so many days after their last question; 0 for never"
        ),
        Setting(
            "admin-listen",
            "ADDRESS",
            default: "off",
            of: everywhere,
            "where /healthz, /readyz and /metrics (for Prometheus) are served"
        ),
        Setting("pid-file", "FILE", default: "run/<host>.pid in --data", of: everywhere, "locked while the host runs"),
        Setting(
            "log-file",
            "FILE",
            default: "stderr; with -d run/<host>.log in --data",
            of: everywhere,
            "where log lines go; opened anew on SIGHUP"
        ),
        Setting("log-level", "LEVEL", default: "info", of: everywhere, "debug, info, warning or error"),
        Setting(
            "log-format",
            "FORMAT",
            default: "text on a terminal, else json",
            of: everywhere,
            "text or json"
        ),
    ]
}
