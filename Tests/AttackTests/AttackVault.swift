import Foundation
import TestSupport

/// A development vault with the values that the attacks are after.
struct AttackVault: Sendable {
    /// Value by name; the names are the same in every such vault.
    let values: [String: String]
    /// The host's own variables that say credential: they are withheld, and masked.
    let withheld: [String: String]
    /// The environment that logs a program in.
    let login: [String: String]
    /// Everything that must not come out.
    let scan: ValueScan
    private let vault: Kept

    /// Held for its end alone.
    private final class Kept: @unchecked Sendable {
        // Started before any test and let go after the last; nothing is asked of it meanwhile.
        let vault: DevelopmentVault
        init(_ vault: DevelopmentVault) { self.vault = vault }
    }

    /// Starts it.
    ///
    /// - Parameter long: values of other lengths, for questions that must not be answered by a value.
    init(long: Bool) throws {
        let marks = (0..<9).map { _ in Canary("").value }
        let secrets = Self.secrets(marks, long: long)
        values = Dictionary(uniqueKeysWithValues: secrets.map { ($0.name, $0.value) })
        let started = try DevelopmentVault(folders: [
            "/": values, "/web": ["TOKEN": marks[8], "ONLY": "only-" + marks[8], "REFERS": "${WRITTEN}"],
        ])
        vault = Kept(started)
        login = started.environment
        withheld = ["GITHUB_TOKEN": "ghp_" + marks[6], "MY_DB_PASSWORD": "pw" + marks[7]]
        var scan = ValueScan()
        for secret in secrets where secret.value.count > 4 {
            scan.add(secret.name, secret.value, telling: secret.telling)
        }
        scan.add("TOKEN of /web", marks[8], telling: [marks[8]])
        for (name, value) in withheld { scan.add(name, value, telling: [value]) }
        scan.add("the client secret", started.clientSecret, telling: [started.clientSecret])
        // The access token is the vault's own; it is a JWT, whose first bytes are always the same.
        scan.add("an access token", bytes: "eyJhbGciOi")
        self.scan = scan
    }

    /// The text with each `${NAME}` replaced by the value of that name.
    func filled(_ text: String) -> String {
        values.reduce(text) { $0.replacingOccurrences(of: "${\($1.key)}", with: $1.value) }
    }

    private struct Secret {
        var name: String
        var value: String
        /// The random parts of it.
        var telling: [String]
    }

    private static func secrets(_ marks: [String], long: Bool) -> [Secret] {
        let tail = long ? String(repeating: "Q7x", count: 130) : ""
        let lines = [marks[1], marks[2], marks[7].lowercased() + marks[1]]
        let pem = (lines + (long ? lines.reversed() : [])).joined(separator: "\n")
        let eight = String(marks[2].reversed().prefix(8))
        return [
            Secret(name: "TOKEN", value: "ghp_" + marks[0] + tail, telling: ["ghp_" + marks[0]]),
            Secret(name: "SPECIAL", value: marks[3] + "\"b\\c'd $e&f<g>h;i|j k/%l`é" + tail, telling: [marks[3]]),
            Secret(
                name: "PEM", value: "-----BEGIN PRIVATE KEY-----\n\(pem)\n-----END PRIVATE KEY-----\n",
                telling: [marks[1], marks[2]]),
            Secret(
                name: "CFG",
                value: """
                    {"user":"deployer","token":"\(marks[4])\(tail)","nested":{"deep":"\(marks[5])"},"n":1}
                    """, telling: [marks[4], marks[5]]),
            Secret(name: "EIGHT", value: eight, telling: [eight]),
            Secret(name: "FIVE", value: String(marks[3].reversed().prefix(5)), telling: []),
            Secret(name: "LOW", value: String(repeating: "z", count: long ? 23 : 11), telling: []),
            Secret(name: "PIN", value: long ? "9081" : "4417", telling: []),
            Secret(name: "X", value: long ? "x" : "x7", telling: []),
        ]
    }
}
