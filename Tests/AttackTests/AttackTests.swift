import Foundation
import TestSupport
import Testing

/// The attack suite: every script of `scripts/` on the built program, as an ordinary user, against one vault.
@Suite(.attackRange) struct `Attacks` {
    @Test(arguments: AttackScript.all)
    func `get nothing`(script: AttackScript) async throws {
        let range = try #require(AttackRange.current)
        let findings = try await range.attack(script)
        guard let reason = script.first("known") else {
            #expect(findings.isEmpty, Comment(rawValue: findings.joined(separator: "\n")))
            return
        }
        withKnownIssue(Comment(rawValue: reason)) {
            #expect(findings.isEmpty, Comment(rawValue: findings.joined(separator: "\n")))
        }
    }

    @Test func `are at least 150, each with an idea of its own`() {
        let ideas = AttackScript.every.compactMap { $0.first("idea") }
        #expect(ideas.count >= 150)
        #expect(ideas.count == AttackScript.every.count && Set(ideas).count == ideas.count)
    }

    @Test func `are all there that the documentation names`() throws {
        let text = try String(contentsOfFile: Program.repository + "/docs/security.md", encoding: .utf8)
        let areas = Set(AttackScript.every.map { $0.name.prefix { $0 != "/" } })
        let names = text.components(separatedBy: "`").filter { name in areas.contains { name.hasPrefix($0 + "/") } }
        #expect(names.count > 100)
        for name in names { #expect(AttackScript.every.contains { $0.name == name }, "\(name)") }
    }

    @Test func `would be noticed if a value came out`() throws {
        let vault = try #require(AttackRange.current).vault
        for (name, value) in vault.values where value.utf8.count > 4 {
            #expect(!vault.scan.found(in: Data("x\(value)y".utf8)).isEmpty, "\(name)")
        }
        let token = try #require(vault.values["TOKEN"])
        for text in [
            String(token.prefix(6)), String(token.dropFirst(9).prefix(12)), Data(token.utf8).base64EncodedString(),
        ] {
            #expect(!vault.scan.found(in: Data(text.utf8)).isEmpty)
        }
        #expect(vault.scan.found(in: Data("[secret:TOKEN] and other text".utf8)).isEmpty)
    }
}
