import PlatformCore
import TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A Hawk of a test's own: real processes on free ports and a temporary directory.
final class HawkRig: Sendable {
    /// Which process.
    enum Role: String, CaseIterable {
        case hawk
        case server = "hawk-server"
        case api = "hawk-api"
        case queue = "hawk-queue"
        case simulator = "deepseek-simulator"
        /// Examples/FourProcesses, which starts the other four.
        case script = "run.sh"
    }

    /// How Hawk is cut into processes.
    enum Layout {
        case single
        case split
        /// Split, and started as a reader of the documents does.
        case script
    }

    /// The root of the checkout.
    static let repository = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")

    let directory = TemporaryDirectory()
    let layout: Layout
    let gatewayPort = freePort()
    let apiPort = freePort()
    private let registerPort = freePort()
    private let innerPort = freePort()
    let simulatorPort = freePort()
    private let adminPorts = Dictionary(uniqueKeysWithValues: Role.allCases.map { ($0, freePort()) })
    private let settings: [String: String]
    private let processes = Lock<[Role: ChildProcess]>([:])

    /// Starts everything, in one process or in four, and waits until a user can sign in.
    ///
    /// `fault` is for `faultyRole`: the point and pass at which it kills itself. `settings` are of the environment.
    init(
        _ layout: Layout,
        fault: String? = nil,
        in faultyRole: Role? = nil,
        settings: [String: String] = [:]
    ) async throws {
        self.layout = layout
        self.settings = settings
        for role in roles { try start(role, fault: role == faultyRole ? fault : nil) }
        do {
            try await isReady()
        } catch {
            // The script ends its own processes only when it is told to.
            if layout == .script { try await terminate(.script) }
            throw error
        }
    }

    /// The processes of this layout.
    var roles: [Role] {
        switch layout {
        case .single: [.hawk]
        case .split: [.simulator, .server, .api, .queue]
        case .script: [.script]
        }
    }

    /// Starts a process (again).
    func start(_ role: Role, fault: String? = nil) throws {
        var arguments = role == .queue ? ["listen"] : []
        var program = role.rawValue
        if role == .simulator { arguments = ["--listen", "127.0.0.1:\(simulatorPort)"] }
        if let fault {
            arguments = [fault, role.rawValue] + arguments
            program = "hawk-faults"
        }
        program = Programs.path(program)
        if role == .script {
            arguments = [Self.repository + "/Examples/FourProcesses/run.sh"]
            program = "/bin/bash"
        }
        let process = try ChildProcess(
            program,
            arguments,
            environment: environment(role),
            output: directory.file("\(role.rawValue).log")
        )
        processes.withLock { $0[role] = process }
    }

    /// The running process of a role.
    func process(_ role: Role) -> ChildProcess {
        processes.withLock { $0[role]! }
    }

    /// Where an operator asks how a process is.
    func admin(_ role: Role) -> HTTPProbe { HTTPProbe(port: adminPorts[role]!) }

    /// Tells a process to end, and waits for that.
    @discardableResult
    func terminate(_ role: Role) async throws -> ChildProcess.Exit {
        process(role).send(SIGTERM)
        return try await process(role).ended()
    }

    /// Ends a process with SIGKILL and starts it again.
    func killAndRestart(_ role: Role) async throws {
        try await process(role).kill()
        try start(role)
    }

    /// Waits until the API answers.
    func isReady() async throws {
        let probe = HTTPProbe(port: apiPort)
        do {
            try await eventually(.seconds(20), "the API answers") {
                (try? await probe.request("GET", "/healthz").status) == 200
            }
        } catch {
            throw DeadlineExceeded(description: "\(error)\n\(logs())")
        }
    }

    /// What the processes wrote, for a failing test.
    func logs() -> String {
        roles.map { "--- \($0.rawValue)\n\(process($0).text())" }.joined(separator: "\n")
    }

    /// What a process and its commands are set by.
    func environment(_ role: Role) -> [String: String] {
        var values = [
            "HAWK_DATA": directory.file("data"),
            "HAWK_GATEWAY_LISTEN": "127.0.0.1:\(gatewayPort)",
            "HAWK_API_LISTEN": "127.0.0.1:\(apiPort)",
            "HAWK_GATEWAY_URL": "ws://127.0.0.1:\(gatewayPort)",
            "HAWK_DEV_SIGN_IN": "on",
            "HAWK_LOOPS": "2",
            "HAWK_ADMIN_LISTEN": "127.0.0.1:\(adminPorts[role]!)",
            "HAWK_LOG_LEVEL": "debug",
            "SWIFT_BACKTRACE": "enable=no",
        ].merging(settings) { $1 }
        if layout == .single { return values }
        values["HAWK_REGISTER_LISTEN"] = "127.0.0.1:\(registerPort)"
        values["HAWK_INNER_LISTEN"] = "127.0.0.1:\(innerPort)"
        values["HAWK_REGISTER"] = "127.0.0.1:\(registerPort)"
        if layout == .script {
            values["PATH"] = "/usr/bin:/bin"
            values["HAWK_ADMIN_LISTEN"] = nil
            values["HAWK_BIN"] = Programs.directory
            values["SIMULATOR_LISTEN"] = "127.0.0.1:\(simulatorPort)"
            return values
        }
        values["HAWK_SECRET"] = "a secret of the test's own"
        values["HAWK_AUTH_SECRET"] = "a key of at least thirty-two bytes"
        values["DEEPSEEK_BASE_URL"] = "http://127.0.0.1:\(simulatorPort)"
        values["DEEPSEEK_API_KEY"] = "simulated"
        return values
    }
}
