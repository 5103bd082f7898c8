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
            outcome.text == #"[{"number":1,"title":"one Bearer [secret:GH_PAT]","url":"http://x/1"},"#
                + #"{"number":3,"title":"one Bearer [secret:GH_PAT]","url":"http://x/3"}]"# + "\n", "\(outcome)")
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

    @Test func `list_issues waits as long as the server wants, but not longer than it is told`() throws {
        let vault = try DevelopmentVault(secrets: ["GH_PAT": Canary().value])
        let server = StubHTTPServer { request, _ in
            let isLast = request.target.contains("page=2")
            // For o/app the pause is over, for o/late it is not within this test.
            let reset = request.target.contains("o/late") ? Int(Date().timeIntervalSince1970) + 3600 : 1
            var headers = ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "\(reset)"]
            let path = request.target.prefix { $0 != "?" }
            if !isLast { headers["Link"] = "<http://\(request.headers["host"] ?? "")\(path)?page=2>; rel=\"next\"" }
            return .json(200, #"[{"number":1,"title":"a","html_url":"u"}]"#, headers: headers)
        }
        defer { server.stop() }
        let configuration = try Self.configuration(server)
        let all = try Self.run("list_issues.lua", ["--repo", "o/app", "--api", server.url], vault, configuration)
        #expect(all.code == 0 && all.errorText.contains("the server wants a pause seconds=0"), "\(all)")
        let late = try Self.run(
            "list_issues.lua", ["--repo", "o/late", "--within", "2s", "--api", server.url], vault, configuration)
        #expect(late.code == 1 && late.errorText.contains("it did not end within 2 seconds"), "\(late)")
    }

    // MARK: - release.lua

    /// A stub of the release API. Its files lie elsewhere, as GitHub's do; `spoils` makes others of them.
    private static func releases(failingAt failing: String = "none", spoils: Bool = false) -> StubHTTPServer {
        let files = Files()
        return StubHTTPServer { request, _ in
            if request.target.contains(failing) { return .json(422, #"{"message":"already_exists"}"#) }
            if request.method == "GET" {
                let name = request.target.split(separator: "/").last.map(String.init) ?? ""
                guard request.target.hasPrefix("/files/") else {
                    let place = "http://\(request.headers["host"] ?? "")/files/\(name)"
                    return .text(302, "", type: "text/plain", headers: ["Location": place])
                }
                let head = StubHTTPServer.whole(200, "", "application/octet-stream", [:])
                let bytes = spoils ? Array("other".utf8) : files[name]
                return .raw(
                    Array(String(decoding: head, as: UTF8.self).replacing("Length: 0", with: "Length: \(bytes.count)").utf8) + bytes)
            }
            if request.target.contains("/assets?name=") {
                return .json(200, #"{"id":\#(files.add(request.bytes))}"#)
            }
            return request.method == "DELETE"
                ? .json(204, "") : .json(200, #"{"id":7,"html_url":"https://example.invalid/releases/7"}"#)
        }
    }

    /// What was uploaded, by its number.
    private final class Files: @unchecked Sendable {
        // What the server's threads share is behind the lock.
        private let lock = NSLock()
        private var all: [[UInt8]] = []

        func add(_ bytes: [UInt8]) -> Int {
            lock.withLock {
                all.append(bytes)
                return all.count
            }
        }

        subscript(_ number: String) -> [UInt8] { lock.withLock { Int(number).map { all[$0 - 1] } ?? [] } }
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

    @Test func `a dry run of a release archives, and nothing leaves the machine`() throws {
        let vault = try DevelopmentVault(secrets: ["GH_PAT": Canary().value])
        let (git, api) = (try GitServer(user: "releaser", token: "none"), Self.releases())
        defer { api.stop() }
        let tree = try Self.workTree(git.url)
        let outcome = try Self.run(
            "release.lua", ["--repo", "o/app", "--version", "v1.2.3", "--tree", tree.path, "--api", api.url, "--dry-run"],
            vault, try Self.configuration(api))
        #expect(outcome.code == 0 && outcome.text.hasPrefix(#"{"sha256":""#), "\(outcome)")
        for task in ["tag", "publish", "prove"] { #expect(outcome.errorText.contains("task \(task): skipped"), "\(outcome)") }
        #expect(api.requests.isEmpty && api.connectionCount == 0)
    }

    @Test func `a release that others would not get as it was made is an error`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["GH_PAT": canary.value])
        let (git, api) = (try GitServer(user: "releaser", token: canary.value), Self.releases(spoils: true))
        defer { api.stop() }
        let tree = try Self.workTree(git.url)
        let outcome = try Self.run(
            "release.lua",
            ["--repo", "o/app", "--version", "v1.2.3", "--tree", tree.path, "--api", api.url, "--uploads", api.url],
            vault, try Self.configuration(api), environment: ["USER_NAME": "releaser"], options: ["--yes"])
        #expect(outcome.code == 1 && outcome.text.isEmpty, "\(outcome)")
        #expect(outcome.errorText.contains("task prove: try 2 of 3 failed"), "\(outcome)")
        #expect(outcome.errorText.contains("gives is not the archive"), "\(outcome)")
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
            sent.map { "\($0.method) \($0.target)" }.filter { !$0.hasPrefix("GET") }.sorted() == [
                "PATCH /repos/o/app/releases/7", "POST /repos/o/app/releases",
                "POST /repos/o/app/releases/7/assets?name=app-v1.2.3.tar.gz",
                "POST /repos/o/app/releases/7/assets?name=app-v1.2.3.tar.gz.sha256",
            ])
        #expect(sent.first?.method == "POST" && sent[3].method == "PATCH")
        // What was published is fetched, and the token does not go where the file lies.
        #expect(sent.count == 6 && sent[4].target.hasPrefix("/repos/o/app/releases/assets/"), "\(sent)")
        #expect(sent[5].target.hasPrefix("/files/") && sent[5].headers["authorization"] == nil)
        #expect(sent.dropLast().allSatisfy { $0.headers["authorization"] == "Bearer \(canary.value)" })
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
        // An upload that was cancelled may be noted after it.
        #expect(api.requests.contains { "\($0.method) \($0.target)" == "DELETE /repos/o/app/releases/7" })
    }
}
