import Foundation
import TestSupport
import Testing

/// A situation that `vaultscript doctor` meets, and what is kept alive for it.
final class DoctorScene {
    var environment: [String: String]
    /// Values that must not come out, nor stay.
    var values: [String]
    var host: String
    var project = ""
    private let kept: [AnyObject]

    init(_ environment: [String: String], host: String, values: [String] = [], keeping kept: [AnyObject] = []) {
        (self.environment, self.host, self.values, self.kept) = (environment, host, values, kept)
    }

    /// A vault in a certain state.
    convenience init(_ scene: RefusalScene) {
        self.init(scene.environment, host: scene.host, values: scene.values, keeping: [scene])
        project = scene.vault.projectID
    }

    /// A vault of which one answer is not what it should be.
    convenience init(_ vault: FaultyVault) {
        self.init(
            vault.environment, host: vault.host,
            values: [vault.clientSecret.value, vault.token.value, vault.value.value], keeping: [vault])
        project = FaultyVault.project
    }

    /// An address, and made-up credentials for it.
    convenience init(domain: String, _ more: [String: String] = [:], keeping kept: [AnyObject] = []) {
        let secret = Canary("cs").value
        let environment = [
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID": UUID().uuidString.lowercased(),
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": secret, "INFISICAL_DOMAIN": domain,
            "INFISICAL_PROJECT_ID": "p1",
        ]
        self.init(
            environment.merging(more) { $1 }, host: domain.replacing(/^https?:\/\//, with: ""), values: [secret],
            keeping: kept)
    }
}

/// A situation, and all that a person then reads at the end: one sentence, one next step, the exit code.
///
/// `HOST` stands for the vault's host, `{project}` for the project's id, `{script}` for the script, `TIME`, `DAY` and `N s` for
/// any time, day and number of seconds.
struct DoctorRow: Sendable, CustomTestStringConvertible {
    let name: String
    let code: Int32
    let sentence: String
    let next: String
    var options: [String] = []
    var script: String?
    /// A text that some line above the end holds.
    var line: String?
    /// A script that is run before, as it would have been.
    var before: String?
    let scene: @Sendable () throws -> DoctorScene

    init(
        _ name: String, code: Int32 = 3, options: [String] = [], script: String? = nil, before: String? = nil,
        line: String? = nil, _ sentence: String, next: String, _ scene: @escaping @Sendable () throws -> DoctorScene
    ) {
        (self.name, self.code, self.options, self.script, self.before) = (name, code, options, script, before)
        (self.line, self.sentence, self.next, self.scene) = (line, sentence, next, scene)
    }

    var testDescription: String { name }

    func check() throws {
        let (scene, folder, file, outcome) = try UTCDay.within { try run() }
        func filled(_ text: String) -> String {
            text.replacing("HOST", with: scene.host).replacing("{project}", with: scene.project)
                .replacing("{script}", with: file ?? "")
        }
        let text = Self.withoutTimes(outcome.text)
        #expect(text.hasSuffix("\n\n" + filled("\(sentence)\nnext: \(next)\n")), "\(outcome)")
        #expect(outcome.code == code, "\(outcome)")
        if let line { #expect(text.contains(filled(line)), "\(outcome)") }
        let kept = Self.state(folder)
        for value in scene.values {
            #expect(!outcome.text.contains(value) && !outcome.errorText.contains(value), "\(outcome)")
            #expect(!kept.contains(value), "\(kept)")
        }
        #expect(!kept.contains(scene.host), "\(kept)")
        #expect(!kept.contains(scene.environment["INFISICAL_UNIVERSAL_AUTH_CLIENT_ID"] ?? "no id"), "\(kept)")
    }

    private func run() throws -> (DoctorScene, TemporaryFolder, String?, Program.Outcome) {
        let scene = try self.scene()
        let folder = try TemporaryFolder()
        scene.environment["XDG_STATE_HOME"] = folder.path + "/state"
        if let before { _ = try Program.script(before, environment: scene.environment) }
        let file = try script.map { try folder.write("script.lua", $0) }
        let words = ["doctor"] + options + [file].compactMap { $0 }
        return (scene, folder, file, try Program.run(words, environment: scene.environment))
    }

    /// All names and texts of the files that were left.
    static func state(_ folder: TemporaryFolder) -> String {
        let files = FileManager.default.enumerator(atPath: folder.path + "/state")?.compactMap { $0 as? String } ?? []
        return files.map { $0 + " " + ((try? folder.read("state/" + $0)) ?? "") }.joined(separator: "\n")
    }

    private static func withoutTimes(_ text: String) -> String {
        text.replacing(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/, with: "TIME").replacing(/\d{4}-\d\d-\d\d/, with: "DAY")
            .replacing(/is \d+ s\b/, with: "is N s")
    }
}
