import Foundation
import TestSupport
import Testing

/// The scripts of `scripts/` that use recipes and requests, on the built program: against a stub of the API, and a real git
/// server.
@Suite struct `Scripts with recipes` {
    /// A user's configuration that names the stub.
    private static func configuration(_ server: StubHTTPServer) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("vaultscript/config.toml", "[http]\nhosts = [\"127.0.0.1:\(server.port)\"]\n", mode: 0o600)
        return folder
    }

    private static func run(
        _ script: String, _ arguments: [String], _ vault: DevelopmentVault, _ configuration: TemporaryFolder,
        environment: [String: String] = [:], options: [String] = []
    ) throws -> Program.Outcome {
        try Program.run(
            options + [Program.repository + "/scripts/" + script] + arguments,
            environment: vault.environment.merging(environment) { $1 }.merging(
                ["XDG_CONFIG_HOME": configuration.path]
            ) { $1 })
    }

    // MARK: - list_issues.lua

    @Test func `list_issues follows the pages, and its token goes to the API alone`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["GH_PAT": canary.value])
        let server = StubHTTPServer { request, number in
            let next = request.target.contains("page=2") ? nil : "/repos/o/app/issues?page=2"
            var headers = ["X-Token": request.headers["authorization"] ?? ""]
            if let next { headers["Link"] = "<http://\(request.headers["host"] ?? "")\(next)>; rel=\"next\", <x>; rel=\"last\"" }
            // The first answer is that of a server which is busy.
            if number == 0 { return .json(503, "{}") }
            let first = next == nil ? 3 : 1
            return .json(
                200,
                """
                [{"number":\(first),"title":"one \(request.headers["authorization"] ?? "")","html_url":"http://x/\(first)"},
                 {"number":\(first + 1),"title":"a pull request","pull_request":{}}]
                """, headers: headers)
        }
        defer { server.stop() }
        let outcome = try Self.run(
            "list_issues.lua",
            ["--repo", "o/app", "--labels", "bug,good first", "--state", "all", "--api", server.url], vault,
            try Self.configuration(server))
        #expect(outcome.code == 0 && canary.found(in: outcome) == nil, "\(outcome)")
        #expect(
            outcome.text == #"[{"number":1,"title":"one [secret:GH_PAT]","url":"http://x/1"},"#
                + #"{"number":3,"title":"one [secret:GH_PAT]","url":"http://x/3"}]"# + "\n", "\(outcome)")
        #expect(
            server.requests.map(\.target) == [
                "/repos/o/app/issues?per_page=100&state=all&labels=bug%2Cgood%20first",
                "/repos/o/app/issues?per_page=100&state=all&labels=bug%2Cgood%20first", "/repos/o/app/issues?page=2",
            ])
        #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer \(canary.value)" })
    }

    @Test func `list_issues stops at its limit, gives an empty list as one, and takes no other address`() throws {
        let vault = try DevelopmentVault(secrets: ["GH_PAT": Canary().value])
        let server = StubHTTPServer { request, _ in
            request.target.contains("/none/")
                ? .json(200, "[]")
                : .json(
                    200, #"[{"number":1,"title":"a","html_url":"u"},{"number":2,"title":"b","html_url":"u"}]"#,
                    headers: ["Link": "<http://evil.example/next>; rel=\"next\""])
        }
        defer { server.stop() }
        let configuration = try Self.configuration(server)
        let one = try Self.run(
            "list_issues.lua", ["--repo", "o/app", "--limit", "1", "--api", server.url], vault, configuration)
        #expect(one.text == #"[{"number":1,"title":"a","url":"u"}]"# + "\n", "\(one)")
        let none = try Self.run("list_issues.lua", ["--repo", "none/none", "--api", server.url], vault, configuration)
        #expect(none.text == "[]\n", "\(none)")
        let led = try Self.run("list_issues.lua", ["--repo", "o/app", "--api", server.url], vault, configuration)
        #expect(
            led.code == 77 && led.errorText.contains("http.request: no secret may be sent to evil.example"), "\(led)")
        let wrong = try Self.run("list_issues.lua", ["--repo", "o/app/../x", "--state", "opne"], vault, configuration)
        #expect(wrong.code == 2 && wrong.errorText.contains("did you mean \"open\"?"), "\(wrong)")
    }

    // MARK: - release.lua

    /// A stub of the release API.
    private static func releases(failingAt failing: String = "none") -> StubHTTPServer {
        StubHTTPServer { request, _ in
            if request.target.contains(failing) { return .json(422, #"{"message":"already_exists"}"#) }
            return request.method == "DELETE"
                ? .json(204, "") : .json(200, #"{"id":7,"html_url":"https://example.invalid/releases/7"}"#)
        }
    }

    private static func workTree(_ url: String) throws -> TemporaryFolder {
        let tree = try TemporaryFolder()
        try tree.write("main.c", "int main(void) { return 0; }\n")
        for arguments in [
            ["init", "-q", "--initial-branch=main"], ["config", "user.name", "Test"],
            ["config", "user.email", "t@example.invalid"], ["remote", "add", "origin", url], ["add", "main.c"],
            ["commit", "-q", "-m", "First"],
        ] {
            _ = try Program.run(["-C", tree.path] + arguments, program: "/usr/bin/git")
        }
        return tree
    }

    @Test func `release archives, tags, pushes and publishes`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["GH_PAT": canary.value])
        let (git, api) = (try GitServer(user: "releaser", token: canary.value), Self.releases())
        defer { api.stop() }
        let tree = try Self.workTree(git.url)
        let outcome = try Self.run(
            "release.lua",
            ["--repo", "o/app", "--version", "v1.2.3", "--tree", tree.path, "--api", api.url, "--uploads", api.url],
            vault, try Self.configuration(api), environment: ["USER_NAME": "releaser"], options: ["--yes"])
        #expect(outcome.code == 0 && canary.found(in: outcome) == nil, "\(outcome)")
        let commit = try git.ask("rev-parse", "v1.2.3^{commit}").trimmingCharacters(in: .whitespacesAndNewlines)
        let sent = api.requests
        #expect(
            sent.map { "\($0.method) \($0.target)" }.sorted() == [
                "PATCH /repos/o/app/releases/7", "POST /repos/o/app/releases",
                "POST /repos/o/app/releases/7/assets?name=app-v1.2.3.tar.gz",
                "POST /repos/o/app/releases/7/assets?name=app-v1.2.3.tar.gz.sha256",
            ])
        #expect(sent.first?.method == "POST" && sent.last?.method == "PATCH")
        #expect(sent.allSatisfy { $0.headers["authorization"] == "Bearer \(canary.value)" })
        // The two are uploaded side by side.
        let uploads = sent[1...2].sorted { $0.target < $1.target }
        let sum = uploads[1].body.prefix(64)
        #expect(uploads[1].body == "\(sum)  app-v1.2.3.tar.gz\n")
        #expect(uploads[0].headers["content-type"] == "application/octet-stream")
        #expect(
            outcome.text == #"{"commit":"\#(commit)","sha256":"\#(sum)","tag":"v1.2.3","#
                + #""url":"https://example.invalid/releases/7"}"# + "\n", "\(outcome)")
    }

    @Test func `a release asks first, and where nobody can answer nothing is done`() throws {
        let vault = try DevelopmentVault(secrets: ["GH_PAT": Canary().value])
        let (git, api) = (try GitServer(user: "releaser", token: "none"), Self.releases())
        defer { api.stop() }
        let tree = try Self.workTree(git.url)
        let outcome = try Program.run(
            ["-w", Program.path, Program.repository + "/scripts/release.lua", "--repo", "o/app", "--version", "v1.2.3", "--tree", tree.path],
            environment: vault.environment, program: "/usr/bin/setsid")
        #expect(outcome.code == 2 && outcome.errorText.contains("confirm: nobody can be asked"), "\(outcome)")
        let tags = try Program.run(["-C", tree.path, "tag"], program: "/usr/bin/git")
        #expect(tags.text.isEmpty && api.requests.isEmpty, "\(tags)")
    }

    @Test func `a release that fails half way leaves no draft`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["GH_PAT": canary.value])
        let (git, api) = (try GitServer(user: "releaser", token: canary.value), Self.releases(failingAt: "sha256"))
        defer { api.stop() }
        let tree = try Self.workTree(git.url)
        let outcome = try Self.run(
            "release.lua",
            ["--repo", "o/app", "--version", "v1.2.3", "--tree", tree.path, "--api", api.url, "--uploads", api.url],
            vault, try Self.configuration(api), environment: ["USER_NAME": "releaser"], options: ["--yes"])
        #expect(outcome.code == 1 && outcome.text == "" && canary.found(in: outcome) == nil, "\(outcome)")
        #expect(
            outcome.errorText.contains("was answered with 422\nthe server says: {\"message\":\"already_exists\"}"), "\(outcome)")
        #expect(api.requests.last.map { "\($0.method) \($0.target)" } == "DELETE /repos/o/app/releases/7")
    }
}
