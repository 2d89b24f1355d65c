// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335: `any` says where dispatch is dynamic
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409: nothing of Core leaks into a public signature
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444: a member needs the import of its own module
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461: async functions stay on the caller's executor
    .enableUpcomingFeature("InferIsolatedConformances"),  // SE-0470: a conformance follows its type's isolation
]

/// A library target of Core: shared by the kits, no product of its own.
func core(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/Core/\(name)", swiftSettings: settings)
}

/// A kit: a library that any Swift server can import by itself.
func kit(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Sources/\(name)",
        exclude: exclude,
        swiftSettings: settings
    )
}

/// A C library of the system, seen through a module map.
func system(_ name: String, pkgConfig: String?, apt: String, brew: String) -> Target {
    .systemLibrary(
        name: name,
        path: "Sources/Core/CSystem/\(name)",
        pkgConfig: pkgConfig,
        providers: [.apt([apt]), .brew([brew])]
    )
}

func host(_ name: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: ["HostSupport"],
        path: "Sources/Hosts/\(name)",
        swiftSettings: settings
    )
}

/// A small program under Examples that needs nothing but the kits, and sees of them what any other package sees.
func example(_ name: String, _ dependencies: [Target.Dependency], path: String) -> Target {
    .executableTarget(
        name: name,
        dependencies: dependencies,
        path: "Examples/\(path)",
        packageAccess: false,
        swiftSettings: settings
    )
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: dependencies + ["TestSupport"],
        exclude: exclude,
        swiftSettings: settings
    )
}

/// epoll, eventfd, inotify: on Linux only.
let linux: Target.Dependency = .target(name: "CLinux", condition: .when(platforms: [.linux]))

let package = Package(
    name: "hawk",
    platforms: [.macOS("26.0")],  // UTF8Span
    products: [
        .library(name: "GatewayKit", targets: ["GatewayKit"]),
        .library(name: "ChatAPIKit", targets: ["ChatAPIKit"]),
        .library(name: "ChatContracts", targets: ["ChatContracts"]),
        .library(name: "JobQueueKit", targets: ["JobQueueKit"]),
        .library(name: "DeepSeekKit", targets: ["DeepSeekKit"]),
        .executable(name: "hawk", targets: ["hawk"]),
        .executable(name: "hawk-server", targets: ["hawk-server"]),
        .executable(name: "hawk-api", targets: ["hawk-api"]),
        .executable(name: "hawk-queue", targets: ["hawk-queue"]),
        .executable(name: "hawk-bench", targets: ["hawk-bench"]),
        .executable(name: "echo-server", targets: ["echo-server"]),
        .executable(name: "bench-server", targets: ["bench-server"]),
        .library(name: "DeepSeekSimulator", targets: ["DeepSeekSimulator"]),
        .executable(name: "deepseek-simulator", targets: ["deepseek-simulator"]),
        .executable(name: "deepseek", targets: ["deepseek"]),
    ],
    dependencies: [],
    targets: [
        .systemLibrary(name: "CLinux", path: "Sources/Core/CSystem/CLinux"),
        system("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev", brew: "openssl@3"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev", brew: "sqlite"),
        system("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev", brew: "zlib"),
        system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev", brew: "curl"),

        core("PlatformCore", [linux]),
        core("ServerCore", ["PlatformCore", "COpenSSL", linux]),
        core("SQLiteCore", ["PlatformCore", "CSQLite"]),

        kit("GatewayKit", ["PlatformCore", "ServerCore", "CZlib"]),
        kit("JobQueueKit", ["PlatformCore", "SQLiteCore", linux]),
        kit("DeepSeekKit", ["PlatformCore", "CCurl", "CZlib"]),
        kit("ChatAPIKit", ["PlatformCore", "ServerCore", "SQLiteCore"], exclude: ["Page/web", "Page/generate.py"]),

        .target(
            name: "HostSupport",
            dependencies: [
                "PlatformCore", "ServerCore", "SQLiteCore", "GatewayKit", "ChatAPIKit", "JobQueueKit", "DeepSeekKit",
                "DeepSeekSimulator",
            ],
            path: "Sources/Hosts/HostSupport",
            swiftSettings: settings
        ),
        host("hawk"),
        host("hawk-server"),
        host("hawk-api"),
        host("hawk-queue"),
        .executableTarget(
            name: "hawk-bench",
            dependencies: [
                "PlatformCore", "ServerCore", "GatewayKit", "ChatAPIKit", "JobQueueKit", "DeepSeekKit", "HostSupport",
                "DeepSeekSimulator", "CSQLite", linux,
            ],
            path: "Sources/Hosts/hawk-bench",
            swiftSettings: settings
        ),

        .target(
            name: "DeepSeekSimulator",
            dependencies: ["PlatformCore", "ServerCore"],
            path: "Examples/DeepSeekSimulator/DeepSeekSimulator",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "deepseek-simulator",
            dependencies: ["DeepSeekSimulator"],
            path: "Examples/DeepSeekSimulator/deepseek-simulator",
            swiftSettings: settings
        ),

        example("echo-server", ["GatewayKit"], path: "EchoServer"),
        example("bench-server", ["GatewayKit"], path: "BenchServer"),
        example("gateway-only", ["GatewayKit"], path: "GatewayOnly"),
        example("push-from-anywhere", ["GatewayKit"], path: "PushFromAnywhere"),
        example("queue-only", ["JobQueueKit"], path: "QueueOnly"),
        example("deepseek", ["DeepSeekKit"], path: "AskDeepSeek"),
        example("chat-api-in-my-server", ["ChatAPIKit"], path: "ChatAPIInMyServer"),

        .target(
            name: "TestSupport",
            dependencies: ["PlatformCore", "ServerCore", "COpenSSL"],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        // What stores and authenticators of others are held against, as ours are.
        .target(
            name: "ChatContracts",
            dependencies: ["ChatAPIKit"],
            path: "Tests/ChatContracts",
            swiftSettings: settings
        ),
        // The hosts with a point at which they kill themselves: only for the kill tests.
        .executableTarget(
            name: "hawk-faults",
            dependencies: ["ChatAPIKit", "HostSupport"],
            path: "Tests/Faults",
            swiftSettings: settings
        ),
        // Thousands of sockets, half of which stop reading; its sockets are in processes of their own.
        .executableTarget(
            name: "hawk-overload",
            dependencies: ["PlatformCore", "ServerCore", "GatewayKit", "COpenSSL", "TestSupport"],
            path: "Tests/Overload",
            swiftSettings: settings
        ),
        // A gateway in a process of its own: only for the tests of remote clients.
        .executableTarget(
            name: "gateway-peer",
            dependencies: ["GatewayKit", "TestSupport"],
            path: "Tests/GatewayPeer",
            swiftSettings: settings
        ),
        // An embedder that does nothing about signals, seeing what any other package sees.
        .executableTarget(
            name: "hawk-embedder",
            dependencies: ["GatewayKit", "DeepSeekKit"],
            path: "Tests/Embedder",
            packageAccess: false,
            swiftSettings: settings
        ),
        // Streams and cancellations by the hundred, in a process whose descriptors and threads are counted.
        .executableTarget(
            name: "deepseek-streams",
            dependencies: ["PlatformCore", "DeepSeekKit"],
            path: "Tests/Streams",
            swiftSettings: settings
        ),
        // Workers and pushers that are killed, and what holds the queue to its promises meanwhile.
        .executableTarget(
            name: "hawk-queue-chaos",
            dependencies: ["PlatformCore", "SQLiteCore", "JobQueueKit", "TestSupport"],
            path: "Tests/QueueChaos",
            swiftSettings: settings
        ),
        tests("PlatformCore", ["PlatformCore"]),
        tests("ServerCore", ["PlatformCore", "ServerCore"]),
        tests("SQLiteCore", ["PlatformCore", "SQLiteCore"]),
        tests("GatewayKit", ["PlatformCore", "ServerCore", "GatewayKit"]),
        tests("JobQueueKit", ["PlatformCore", "SQLiteCore", "JobQueueKit"]),
        tests("DeepSeekKit", ["PlatformCore", "ServerCore", "DeepSeekKit", "DeepSeekSimulator"]),
        tests("ChatAPIKit", ["PlatformCore", "ServerCore", "SQLiteCore", "ChatAPIKit", "ChatContracts"]),
        tests("Hosts", ["PlatformCore", "ServerCore", "SQLiteCore", "GatewayKit", "ChatAPIKit", "HostSupport"]),
    ],
    swiftLanguageModes: [.v6]
)

// libFuzzer brings a main of its own, so this builds only with its flags: Tests/Fuzz/run.sh gives them.
if Context.environment["HAWK_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "hawk-fuzz",
            dependencies: ["ServerCore", "GatewayKit", "DeepSeekKit"],
            path: "Tests/Fuzz/hawk-fuzz",
            swiftSettings: settings
        )
    )
}
