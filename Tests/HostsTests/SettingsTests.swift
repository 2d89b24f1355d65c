import HostSupport
import PlatformCore
import TestSupport
import Testing

struct SettingsTests {
    @Test func `a flag is stronger than the environment, which is stronger than the default`() throws {
        #expect(try settings(.hawk).apiListen == "127.0.0.1:8080")
        let environment = ["HAWK_API_LISTEN": "127.0.0.1:1"]
        #expect(try settings(.hawk, environment: environment).apiListen == "127.0.0.1:1")
        #expect(try settings(.hawk, ["--api-listen=:2"], environment: environment).apiListen == ":2")
    }

    @Test func `with business workers greeting and time limit are off unless they are set`() throws {
        let plain = try settings(.server)
        #expect(!plain.hasBusinessWorkers && plain.sendsInitMessage && plain.bindLifetime != nil)
        let served = try settings(.server, ["--business-workers"])
        #expect(served.hasBusinessWorkers && !served.sendsInitMessage && served.bindLifetime == nil)
        #expect(served.warnings.contains { $0.contains("--allow-origin") })
        let chosen = try settings(
            .server,
            ["--business-workers", "--init-message=hi", "--bind-lifetime=1h", "--allow-origin=https://a.example"]
        )
        #expect(chosen.initMessage == "hi" && chosen.sendsInitMessage && chosen.bindLifetime == .seconds(3600))
        #expect(chosen.warnings.isEmpty)
        #expect(throws: UsageError.self) { try settings(.server, ["--business-workers", "--inner-listen=off"]) }
    }

    @Test func `a Register alone needs to listen somewhere`() throws {
        let parts = try Composition(settings(.server, ["--inner-listen=off"]), host: .server).register()
        #expect(parts.count == 1)
        #expect(throws: UsageError.self) {
            try Composition(settings(.server, ["--register-listen=off"]), host: .server).register()
        }
    }

    @Test func `a Register alone has a pid file of its own`() throws {
        let (both, alone) = (try settings(.server), try settings(.server, ["register"]))
        #expect(both.pidFile == "data/run/hawk-server.pid" && alone.pidFile == "data/run/hawk-server-register.pid")
        // What is said of gateways does not concern it.
        _ = try settings(.server, ["register"], environment: ["HAWK_INNER_LISTEN": "0.0.0.0:2900"])
    }

    @Test func `doors that would not open are all named before the start, with the way out`() {
        let error = #expect(throws: UsageError.self) {
            try settings(
                .server,
                [
                    "--register-listen=0.0.0.0:1236", "--inner-listen=0.0.0.0:2900",
                    "--register=127.0.0.1,r.example:1236",
                ]
            )
        }
        for (index, words) in [
            ["--register (HAWK_REGISTER): 127.0.0.1 is no address"],
            ["--register-listen", "HAWK_SECRET", "--insecure"], ["--inner-listen", "HAWK_SECRET", "--insecure"],
            ["--inner-listen", "--inner-advertise (HAWK_INNER_ADVERTISE)"],
        ].enumerated() {
            for word in words { #expect(error?.problems.dropFirst(index).first?.contains(word) == true, "\(word)") }
        }
        #expect(error?.problems.count == 4)
        #expect(throws: UsageError.self) { try settings(.server, ["--inner-advertise=[::1]:2900"]) }
        #expect(throws: Never.self) {
            try settings(
                .server,
                ["--register-listen=0.0.0.0:1236", "--inner-listen=0.0.0.0:2900", "--inner-advertise=10.0.0.7:2900"],
                environment: ["HAWK_SECRET": "s3cret"]
            )
        }
    }

    @Test func `everything that is wrong is said at once`() {
        let error = #expect(throws: UsageError.self) {
            try settings(
                .hawk,
                ["--loops", "0", "--queue", "redis:", "--bind-lifetime", "soon", "--log-level", "loud"]
            )
        }
        #expect(error?.problems.count == 4)
        #expect(error?.problems.contains { $0.contains("--loops (HAWK_LOOPS)") } == true)
    }

    @Test func `trusted proxies are addresses, ranges or names of networks`() throws {
        #expect(try settings(.server).trustedProxies.isEmpty)
        let given = try settings(.server, ["--trusted-proxy", "loopback, 10.0.0.0/8,2001:db8::1"])
        #expect(given.trustedProxies == ["loopback", "10.0.0.0/8", "2001:db8::1"])
        let error = #expect(throws: UsageError.self) { try settings(.hawk, ["--trusted-proxy", "10.0.0.0/33"]) }
        #expect(error?.problems.count == 1)
        #expect(error?.problems.first?.contains("--trusted-proxy (HAWK_TRUSTED_PROXY): 10.0.0.0/33") == true)
    }

    @Test func `an unknown flag, a flag of another host and a missing value are named`() {
        let error = #expect(throws: UsageError.self) {
            try Command.parse(
                ["--colour", "--concurrency", "3", "--data", "--insecure"],
                host: .server,
                default: "start"
            )
        }
        #expect(
            error?.problems == [
                "unknown option --colour",
                "--concurrency is not a setting of hawk-server but of hawk, hawk-queue",
                "--data needs a value: --data DIRECTORY",
            ]
        )
    }

    @Test func `a flag without a value is refused, an empty variable is none`() throws {
        let error = #expect(throws: UsageError.self) {
            try settings(.hawk, ["--data=", "--pid-file", "", "--secret="])
        }
        #expect(error?.problems.sorted() == ["data", "pid-file", "secret"].map { "--\($0) needs a value" })
        #expect(try settings(.hawk, environment: ["HAWK_DATA": ""]).data == "data")
    }

    @Test func `what is no address is named before anything starts`() {
        let error = #expect(throws: UsageError.self) {
            try settings(.hawk, ["--api-listen", "foo", "--gateway-listen", "127.0.0.1:99999"])
        }
        #expect(error?.problems.count == 2)
    }

    @Test(arguments: ["example.org", "*", "https://a.example/path", "ftp//x", "https://"])
    func `an origin that no browser sends is refused`(origin: String) throws {
        let error = #expect(throws: UsageError.self) { try settings(.server, ["--allow-origin", "null,\(origin)"]) }
        #expect(error?.problems.count == 1)
        #expect(error?.problems.first?.contains("\(origin) is no origin") == true)
        let good = "https://example.org,http://localhost:3000,http://[::1]:8080,null"
        #expect(try settings(.server, ["--allow-origin", good]).allowedOrigins.count == 4)
    }

    @Test func `a certificate needs its key`() throws {
        let error = #expect(throws: UsageError.self) { try settings(.server, ["--tls-cert", "c.pem"]) }
        #expect(error?.problems.first?.contains("belong together") == true)
    }

    @Test func `the options of the queue's commands go to them, beside settings`() throws {
        let line = ["listen", "3", "-v", "--queue", "file:q", "--channel", "mail", "--channel=bulk", "--force"]
        let command = try Command.parse(line, host: .queue, default: "info")
        #expect(command.name == "listen" && command.operands == ["3"])
        #expect(command.options == ["-v", "--channel", "mail", "--channel=bulk", "--force"])
        #expect(command.flags == ["queue": "file:q"])
        #expect(try Command.parse(["cap", "mail", "-1"], host: .queue, default: "info").operands == ["mail", "-1"])
        #expect(throws: UsageError.self) { try Command.parse(["--force"], host: .api, default: "start") }
    }

    @Test func `what does not run needs no secret`() throws {
        _ = try Settings(host: .queue, flags: [:], environment: [:], cores: 2, isToRun: false)
    }

    @Test func `the key of the model is refused as a flag`() {
        let error = #expect(throws: UsageError.self) {
            try Command.parse(["--deepseek-api-key", "k"], host: .hawk, default: "start")
        }
        #expect(error?.problems.first?.contains("DEEPSEEK_API_KEY") == true)
    }

    @Test func `a secret comes from a file, and one given as a flag is warned about`() throws {
        let directory = TemporaryDirectory()
        try Files.replace(directory.file("secret"), with: "from-a-long-file\n".utf8)
        let fromFile = try settings(.server, environment: ["HAWK_SECRET_FILE": directory.file("secret")])
        #expect(fromFile.secret == "from-a-long-file")
        #expect(fromFile.warnings.isEmpty)
        let fromFlag = try settings(.server, ["--secret", "visible-to-everybody"])
        #expect(fromFlag.warnings.count == 1)
        #expect(!fromFlag.warnings[0].contains("visible"))
    }

    @Test(arguments: [
        (HostName.api, ["HAWK_AUTH_SECRET": String(repeating: "a", count: 32)], "HAWK_SECRET"),
        (.api, ["HAWK_SECRET": "s"], "HAWK_AUTH_SECRET"),
        (.api, ["HAWK_SECRET": "s", "HAWK_AUTH_SECRET": "short"], "at least 32"),
        (.hawk, ["HAWK_INNER_LISTEN": "127.0.0.1:2900"], "HAWK_SECRET"),
        (.queue, ["DEEPSEEK_API_KEY": "k", "HAWK_QUEUE": "memory:"], "memory:"),
        (.queue, [:], "DEEPSEEK_API_KEY"),
        (.queue, ["DEEPSEEK_API_KEY": "k", "DEEPSEEK_BASE_URL": "http://models.example"], "--deepseek-url"),
        (.hawk, ["HAWK_TRUSTED_PROXY": "10.0.0.0/8,0.0.0.0/0"], "--trusted-proxy"),
        (.hawk, ["HAWK_TRUSTED_PROXY": "::/0"], "--trusted-proxy"),
        (.hawk, ["HAWK_TRUSTED_PROXY": "128.0.0.0/1,10.0.0.0/8,0.0.0.0/1"], "--trusted-proxy"),
        (.hawk, ["HAWK_TRUSTED_PROXY": "::/1,8000::/1"], "--trusted-proxy"),
        (.hawk, ["HAWK_QUEUE": "sqlite:./d//a", "HAWK_DATABASE": "d/../d/a"], "each its own"),
        (.hawk, ["HAWK_GATEWAY_URL": "http://x"], "--gateway-url"),
        (.hawk, ["HAWK_TOKEN_URL": "javascript:alert(1)"], "--token-url"),
        (.hawk, ["HAWK_ADMIN_LISTEN": "127.0.0.1:8080"], "--admin-listen"),
        (.server, ["HAWK_TLS_CERT": "/nowhere/c.pem", "HAWK_TLS_KEY": "/nowhere/k.pem"], "/nowhere/c.pem"),
        (.hawk, ["HAWK_DEV_SIGN_IN": "on", "HAWK_API_LISTEN": "0.0.0.0:8080"], "hawk token UID"),
        (.hawk, ["HAWK_QUEUE": "sqlite:d/a", "HAWK_DATABASE": "d/a"], "each its own"),
        (
            .api,
            ["HAWK_SECRET": String(repeating: "a", count: 32), "HAWK_AUTH_SECRET": String(repeating: "a", count: 32)],
            "openssl rand"
        ),
    ])
    func `a dangerous or impossible combination is refused with the way out`(
        host: HostName,
        environment: [String: String],
        mention: String
    ) {
        let error = #expect(throws: UsageError.self) { try settings(host, environment: environment) }
        #expect(error?.problems.contains { $0.contains(mention) } == true)
    }

    @Test func `what travels in the clear, and a secret that is short, are warned about`() throws {
        let listen = ["HAWK_API_LISTEN": "0.0.0.0:8080", "HAWK_GATEWAY_LISTEN": "[::]:8282", "HAWK_SECRET": "abc"]
        let open = try settings(.hawk, environment: listen).warnings
        #expect(open.count == 2 && open.contains { $0.contains("0.0.0.0:8080 and [::]:8282") && $0.contains("TLS") })
        #expect(open.contains { $0.contains("3 bytes") && !$0.contains("abc") })
        let proxied = listen.merging(["HAWK_TRUSTED_PROXY": "10.0.0.1", "HAWK_SECRET": "0123456789abcdef"]) { $1 }
        #expect(try settings(.hawk, environment: proxied).warnings.isEmpty)
        #expect(try settings(.hawk).warnings.isEmpty)
    }

    private func settings(
        _ host: HostName,
        _ arguments: [String] = [],
        environment: [String: String] = [:]
    ) throws -> Settings {
        let command = try Command.parse(arguments, host: host, default: "start")
        return try Settings(
            host: host,
            flags: command.flags,
            environment: environment,
            cores: 2,
            isRegisterOnly: command.name == "register"
        )
    }
}
