// swift-tools-version: 6.2
// What a user feels, measured: each benchmark holds its baseline in the same run. `swift run -c release NAME`.
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "vaultscript", path: "..")],
    targets: [
        .executableTarget(
            name: "MaskingBenchmark",
            dependencies: [
                .product(name: "Masking", package: "vaultscript"),
                .product(name: "SecretMemory", package: "vaultscript"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)])
    ]
)
