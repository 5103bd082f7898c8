// swift-tools-version: 6.2
// The graph below is the security argument (docs/architecture.md): arrows point downwards only, `Worker` reaches no
// target that can hold a secret, and `Host` reaches no target that can run Lua. `dev/check` proves it.
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

let strictC: [CSetting] = [
    .define("_GNU_SOURCE"),
    .treatAllWarnings(as: .error),
    .enableWarning("all"),
    .enableWarning("extra"),
]

/// A Swift library target of ours, with the house settings.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A C target of ours: `include/NAME.h` is the contract, the `.c` files the body.
func shims(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, cSettings: strictC)
}

/// The test suite of one module.
func suite(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

var targets: [Target] = [
    // What the user starts.
    .executableTarget(
        name: "vaultscript",
        dependencies: [
            "Host", "Worker", "ScriptAnalysis", "Configuration", "Diagnostics", "CEmbedded", "CSystemShims",
        ],
        swiftSettings: strict),

    // The process that holds secrets and never runs Lua.
    module(
        "Host",
        [
            "HostProtocol", "Providers", "HTTPTransport", "ProcessSpawning", "Masking", "SecretMemory", "EventLoop",
            "Configuration", "Diagnostics", "CSystemShims",
        ]),
    module("Providers", ["HTTPTransport", "SecretMemory", "EventLoop", "Diagnostics"]),
    module("HTTPTransport", ["CCurlShims", "SecretMemory", "EventLoop", "Diagnostics"]),
    module("ProcessSpawning", ["CSystemShims", "SecretMemory", "EventLoop", "Diagnostics"]),
    module("Masking", ["SecretMemory", "CSystemShims", "Diagnostics"]),
    module("SecretMemory", ["CSystemShims", "Diagnostics"]),
    module("EventLoop", ["CSystemShims", "Diagnostics"]),
    // What the user has set for all runs; read before the worker is forked.
    module("Configuration", ["CTOMLShims", "Diagnostics"]),

    // The process that runs Lua and never holds a secret.
    module("Worker", ["LuaBridge", "HostProtocol", "Diagnostics", "CEmbedded", "CSystemShims"]),
    module("LuaBridge", ["CLuaShims", "HostProtocol", "Diagnostics"]),

    // Scripts as text, looked at and not run; the table of all that scripts find.
    module("ScriptAnalysis", ["Diagnostics"]),

    // All that the two share.
    module("HostProtocol", ["Diagnostics"]),
    module("Diagnostics"),

    // The development vault: Infisical's API from a small store.
    .executableTarget(
        name: "vaultscript-dev-vault",
        dependencies: [
            "Diagnostics",
            .product(name: "FlyingFox", package: "FlyingFox"),
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            "CCrypto",
        ],
        path: "Sources/DevVault",
        swiftSettings: strict),

    // C: three small shims that an auditor reads whole, two system libraries, one block of data.
    shims("CLuaShims", ["CLua"]),
    shims("CCurlShims", ["CCurl", "CSystemShims"]),
    shims("CSystemShims"),
    // C++ inside, with toml++'s headers; a C face outside.
    .target(name: "CTOMLShims"),
    .target(name: "CEmbedded", exclude: ["prelude", "commands"], cSettings: strictC),
    .systemLibrary(name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"]), .brew(["lua"])]),
    // No pkgConfig here: it would link libcurl, which is opened at the first request instead (docs/architecture.md).
    .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),

    // OpenSSL's libcrypto, for the development vault's tokens alone.
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),

    // Tests.
    .target(
        name: "TestSupport", dependencies: [], path: "Tests/TestSupport",
        swiftSettings: strict),
    .executableTarget(
        name: "HostileWorker", dependencies: ["Host", "HostProtocol", "Diagnostics", "CSystemShims"],
        path: "Tests/HostileWorker", swiftSettings: strict),
    .executableTarget(name: "OldKernel", path: "Tests/OldKernel", cSettings: strictC),
    .testTarget(
        name: "ScriptAnalysisTests", dependencies: ["ScriptAnalysis", "Diagnostics", "vaultscript", "TestSupport"],
        exclude: ["corpus"], swiftSettings: strict),
    suite("SecretMemoryTests", ["SecretMemory", "Diagnostics", "CSystemShims"]),
    suite("EventLoopTests", ["EventLoop", "Diagnostics"]),
    suite("HostProtocolTests", ["HostProtocol", "Diagnostics"]),
    suite("LuaBridgeTests", ["LuaBridge", "HostProtocol", "Diagnostics"]),
    .target(
        name: "CSandboxProbe", dependencies: ["CSystemShims"], path: "Tests/CSandboxProbe", cSettings: strictC),
    suite("WorkerTests", ["CSystemShims", "CSandboxProbe"]),
    suite("ConfigurationTests", ["Configuration", "Diagnostics"]),
    suite("MaskingTests", ["Masking", "SecretMemory", "Diagnostics", "CSystemShims"]),
    suite("ProcessSpawningTests", ["ProcessSpawning", "SecretMemory", "EventLoop", "Diagnostics", "CSystemShims"]),
    suite(
        "HostTests",
        [
            "Host", "Providers", "HTTPTransport", "SecretMemory", "EventLoop", "HostProtocol", "Configuration",
            "Masking", "Diagnostics", "CSystemShims",
        ]),
    suite("ProvidersTests", ["Providers", "HTTPTransport", "SecretMemory", "EventLoop", "Diagnostics"]),
    .testTarget(
        name: "DevVaultTests", dependencies: ["vaultscript-dev-vault", "Diagnostics", "TestSupport"],
        swiftSettings: strict),
    // End-to-end tests of the workflow language: recipes, requests, results.
    .testTarget(
        name: "RecipeTests", dependencies: ["vaultscript", "TestSupport"], swiftSettings: strict),
    .testTarget(
        name: "EndToEndTests", dependencies: ["vaultscript", "OldKernel", "TestSupport", "CSystemShims"],
        swiftSettings: strict),
    // The scripts are read where they lie.
    .testTarget(
        name: "AttackTests", dependencies: ["vaultscript", "TestSupport"], exclude: ["scripts"], swiftSettings: strict),
]

/// A fuzz target: libFuzzer brings `main`.
func fuzz(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Fuzz/\(name)",
        swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])])
}

// A fuzzed build instruments everything, so the targets are there only when asked for.
if Context.environment["FUZZ"] == "1" {
    targets += [
        fuzz("FuzzMasker", ["Masking", "SecretMemory", "TestSupport"]),
        fuzz("FuzzCodec", ["HostProtocol"]),
        .target(name: "FuzzSupport", dependencies: ["TestSupport"], path: "Fuzz/FuzzSupport", swiftSettings: strict),
        fuzz("FuzzJSON", ["FuzzSupport", "Providers", "SecretMemory"]),
        .target(name: "CFuzzFence", path: "Fuzz/CFuzzFence", cSettings: strictC),
        fuzz("FuzzHost", ["FuzzSupport", "CFuzzFence", "Host", "HostProtocol", "TestSupport"]),
        fuzz(
            "FuzzSandbox",
            [
                "FuzzSupport", "Worker", "LuaBridge", "HostProtocol", "Masking", "SecretMemory", "Diagnostics",
                "TestSupport",
            ]),
        fuzz("FuzzTemplate", ["FuzzSupport", "Host", "HostProtocol", "Masking", "SecretMemory", "Diagnostics"]),
    ]
}

let package = Package(
    name: "vaultscript",
    products: [
        .executable(name: "vaultscript", targets: ["vaultscript"]),
        .executable(name: "vaultscript-dev-vault", targets: ["vaultscript-dev-vault"]),
        // For the package of benchmarks.
        .library(name: "Masking", targets: ["Masking"]),
        .library(name: "SecretMemory", targets: ["SecretMemory"]),
    ],
    dependencies: [
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: targets,
    cxxLanguageStandard: .cxx17
)
