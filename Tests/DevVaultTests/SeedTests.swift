import Diagnostics
import Foundation
import Testing

@testable import vaultscript_dev_vault

@Suite struct SeedTests {
    private func read(_ text: String) throws(Failure) -> Seed {
        try Seed(Data(text.utf8), name: "seed.json", now: Date(timeIntervalSince1970: 0))
    }

    private func failure(_ text: String) throws -> Failure {
        try #require(throws: Failure.self) { _ = try self.read(text) }
    }

    @Test func `the first identity and project are announced`() throws {
        let seed = try read(
            #"{"projects":[{"id":"a","environments":{}},{"id":"b","environments":{}}],"#
                + #""identities":[{"clientId":"i","clientSecret":"s"},{"clientId":"j","clientSecret":"t"}]}"#)
        #expect(seed.credentials == SeedCredentials(clientID: "i", clientSecret: "s", projectID: "a"))
        #expect(seed.state.projects[0].slug == "a")
        let line = ReadyLine(url: "http://127.0.0.1:1", credentials: seed.credentials).text
        #expect(line == #"{"url":"http://127.0.0.1:1","clientId":"i","clientSecret":"s","projectId":"a"}"#)
    }

    @Test func `the example in the help can be used`() throws {
        #expect(try read(SeedFormat.example).credentials.projectID == "p1")
    }

    @Test func `an empty seed is a vault without anything`() throws {
        let line = ReadyLine(url: "u", credentials: try read("{}").credentials).text
        #expect(line == #"{"url":"u","clientId":null,"clientSecret":null,"projectId":null}"#)
    }

    @Test func `a client secret is kept as a digest`() throws {
        let seed = try read(#"{"identities":[{"clientId":"i","clientSecret":"unmistakable"}]}"#)
        let stored = try StoredVault.encoder.encode(seed.state)
        #expect(!String(decoding: stored, as: UTF8.self).contains("unmistakable"))
    }

    @Test func `all problems are told at once, with near names and no values`() throws {
        let text = """
            {"project":[],"projects":[{"idd":"a","environments":{"dev":{"web":{},"/":{"K":{"valeu":"hush"}}}}}],
             "identities":[{"clientId":"i","clientSecret":"hush","tokenTtl":"1","trustedIps":["x"],"projects":["zz"],
                            "access":[{"actions":["read"]}]},
                           {"clientId":"i","clientSecret":"hush"}]}
            """
        let failure = try failure(text)
        #expect(failure.kind == .usage)
        #expect(failure.message == "seed seed.json cannot be used")
        #expect(
            failure.reason.split(separator: "\n").map(String.init) == [
                #"unknown key "project"; did you mean "projects"?"#,
                #"projects[0]: unknown key "idd"; did you mean "id"?"#,
                #"projects[0]: key "id" is missing"#,
                #"projects[0].environments.dev./.K: unknown key "valeu"; did you mean "value"?"#,
                #"projects[0].environments.dev./.K: key "value" is missing"#,
                #"projects[0].environments.dev: "web" is no folder; a folder's path begins with /"#,
                #"identities[0].trustedIps: "x" is no IP address or block, such as 127.0.0.0/8"#,
                #"identities[0].access[0].actions: "read" is no action; they are describe, readValue, create, edit, delete"#,
                "identities[0].tokenTtl: a whole number from 0 to 315360000 is needed here",
                #"identities: clientId "i" is there twice"#,
                #"identities[0].projects: no project has the id "zz""#,
            ])
        #expect(!failure.text.contains("hush"))
        #expect(failure.hint == "mend the file; the format is shown by: vaultscript dev --help")
    }

    @Test func `bad JSON is told by its position, not by its text`() throws {
        let failure = try failure("{\"a\":\n \"b\" hush}")
        #expect(failure.message == "seed seed.json is not JSON")
        #expect(failure.reason.contains("line 2"))
        #expect(!failure.text.contains("hush"))
    }

    @Test func `a file that is not there is told`() throws {
        let failure = try #require(throws: Failure.self) {
            _ = try Seed(contentsOf: "/nonexistent/seed.json", now: Date())
        }
        #expect(failure.text.contains("seed /nonexistent/seed.json cannot be read\nNo such file or directory\n"))
    }
}

@Suite struct HomeTests {
    @Test func `state and profile follow the XDG variables, else the home`() throws {
        let home = try Home(environment: ["HOME": "/h"])
        #expect(home.statePath == "/h/.local/state/vaultscript/dev-vault.json")
        #expect(home.profilePath == "/h/.config/vaultscript/credentials/dev.env")
        let xdg = try Home(environment: ["HOME": "/h", "XDG_STATE_HOME": "/s", "XDG_CONFIG_HOME": "relative"])
        #expect(xdg.statePath == "/s/vaultscript/dev-vault.json")
        #expect(xdg.profilePath == "/h/.config/vaultscript/credentials/dev.env")
        #expect(throws: Failure.self) { try Home(environment: [:]) }
    }

    @Test func `what was stored comes back whole`() throws {
        let stored = StoredVault.fresh(now: Date(timeIntervalSince1970: 1_790_000_000.25))
        let copy = try StoredVault.decoder.decode(StoredVault.self, from: StoredVault.encoder.encode(stored))
        #expect(try StoredVault.encoder.encode(copy) == StoredVault.encoder.encode(stored))
    }

    @Test func `a terminal is not shown the client secret`() throws {
        let stored = StoredVault.fresh(now: Date())
        let home = try Home(environment: ["HOME": "/h"])
        let shown = ReadyLine(url: "u", stored: stored, home: home, isTerminal: true).text
        #expect(!shown.contains(stored.clientSecret))
        #expect(shown.contains("in /h/.config/vaultscript/credentials/dev.env"))
        #expect(ReadyLine(url: "u", stored: stored, home: home, isTerminal: false).text.contains(stored.clientSecret))
    }
}
