import Diagnostics
import HostProtocol
import Providers
import SecretMemory
import TestSupport
import Testing

@testable import Configuration
@testable import Host

/// Which host an identity goes to: every method, whatever it takes its identity from, whoever names a host.
@Suite struct `The host of a login` {
    /// Where the identity is.
    enum Source: String, CaseIterable {
        case environment, platform, profile, scriptFile, handle
        case platformByProfile, platformByScriptFile
    }

    /// Who names the host, `https://named.example`; `others` have the environment name another one besides.
    enum Naming: String, CaseIterable {
        case nobody, commandLine, environment, configuration, file, fileAndOthers, script
    }

    enum Outcome: Equatable {
        /// The host that the user has named, or the default.
        case user(String)
        /// One that only the script names.
        case script(String)
        case denied
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var source: Source
        var naming: Naming
        var want: Outcome
        var testDescription: String { "\(source.rawValue), named by \(naming.rawValue)" }
    }

    private static let named = "https://named.example"
    private static let other = "https://other.example"

    /// One row for each place of an identity: the outcome by who names the host, in the order of `Naming`.
    private static let rows: [(Source, [Outcome?])] = [
        (.environment, [.user("us"), .user(named), .user(named), .user(named), nil, nil, .denied]),
        (.platform, [.user("us"), .user(named), .user(named), .user(named), nil, nil, .denied]),
        (.profile, [.user("us"), .user(named), .user(named), .user(named), .user(named), .user(named), .denied]),
        (
            .platformByProfile,
            [.user("us"), .user(named), .user(named), .user(named), .user(named), .user(named), .denied]
        ),
        (
            .scriptFile,
            [.script("us"), .user(named), .user(named), .user(named), .script(named), .script(named), .denied]
        ),
        (.platformByScriptFile, [.user("us"), .user(named), .user(named), .user(named), .denied, .denied, .denied]),
        (.handle, [.denied, .user(named), .user(named), .user(named), nil, nil, .denied]),
    ]

    private static let cases = rows.flatMap { source, wants in
        zip(Naming.allCases, wants).compactMap { naming, want in
            want.map { Case(source: source, naming: naming, want: $0) }
        }
    }

    /// What holds an identity of each method, where the method can have one there.
    private static func variables(_ source: Source) -> [(method: String, lines: [String: String])] {
        let universal = [
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID": "id", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": "secret",
        ]
        let tokens = [
            ("jwt", ["INFISICAL_JWT": "a.b.c"]), ("oidc", ["INFISICAL_JWT": "a.b.c"]),
            ("oidc", ["INFISICAL_OIDC_AUTH_JWT": "a.b.c"]), ("kubernetes", ["INFISICAL_JWT": "a.b.c"]),
        ]
        let github = ["ACTIONS_ID_TOKEN_REQUEST_URL": "https://g.example/", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"]
        let platforms = [
            ("kubernetes", ["INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH": "/somewhere/token"]),
            ("kubernetes", [:]),
            ("oidc", github), ("aws", [:]), ("aws", ["AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"]),
            ("aws", ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1"]),
        ]
        switch source {
        case .environment, .profile, .scriptFile:
            return [("universal-auth", universal), ("token", ["INFISICAL_TOKEN": "token"])] + tokens
        case .platform: return platforms
        case .platformByProfile, .platformByScriptFile: return tokens + platforms
        case .handle: return ["universal-auth", "jwt", "oidc", "kubernetes"].map { ($0, [:]) }
        }
    }

    @Test(arguments: cases) func `is one that the user has named`(_ one: Case) throws {
        for (method, lines) in Self.variables(one.source) {
            #expect(try outcome(one, method, lines) == one.want, "\(method): \(lines.keys.sorted())")
        }
    }

    private func outcome(_ one: Case, _ method: String, _ lines: [String: String]) throws -> Outcome {
        let folder = try TemporaryFolder()
        var options = RunOptions(scriptFolder: folder.path)
        var variables = ["XDG_CONFIG_HOME": folder.path, "INFISICAL_MACHINE_IDENTITY_ID": "identity"]
        var file: [String: String] = [:]
        var asked: [Value.Entry] = [.init(.bytes(Array("method".utf8)), .text(method))]
        func ask(_ name: String, _ value: Value) { asked.append(.init(.bytes(Array(name.utf8)), value)) }
        switch one.naming {
        case .nobody: break
        case .commandLine: options.domain = Self.named
        case .environment: variables["INFISICAL_DOMAIN"] = Self.named
        case .configuration:
            options.settings = Settings(
                userForTesting: try ConfigurationFile(
                    Array("domain = \"\(Self.named)\"\n".utf8), path: "config.toml", .user))
        case .file: file["INFISICAL_DOMAIN"] = Self.named
        case .fileAndOthers:
            file["INFISICAL_API_URL"] = Self.named
            variables["INFISICAL_DOMAIN"] = Self.other
        case .script: ask("domain", .text(Self.named))
        }
        switch one.source {
        case .environment, .platform, .platformByProfile, .platformByScriptFile: variables.merge(lines) { $1 }
        case .profile, .scriptFile: file.merge(lines) { $1 }
        case .handle:
            let handle = ObjectReference(kind: .secret, index: 0, generation: 1, name: [])
            ask(method == "universal-auth" ? "clientSecret" : "jwt", .object(handle))
            ask("clientId", .text("id"))
        }
        let text = file.map { "\($0.key)=\($0.value)\n" }.joined()
        switch one.source {
        case .profile, .platformByProfile:
            try folder.write("vaultscript/credentials/blog.env", text)
            ask("profile", .text("blog"))
        case .scriptFile, .platformByScriptFile:
            ask("credentials", .text(try folder.write("made.env", text)))
        case .environment, .platform, .handle: break
        }
        do {
            let plan = try planner(options, variables).plan(.map(asked))
            return plan.isHostOfUser ? .user(plan.domain) : .script(plan.domain)
        } catch let failure as Failure where failure.kind == .denied {
            #expect(failure.reason.hasSuffix("nothing has been sent"))
            return .denied
        }
    }

    private func planner(_ options: RunOptions, _ variables: [String: String]) throws -> LoginPlanner {
        LoginPlanner(
            options: options,
            environment: try HostEnvironment(options.settings, variablesForTesting: variables),
            normalize: { (domain) throws(Failure) in try InfisicalBaseURL(domain).text },
            secret: { (_) throws(Failure) in try SecretBytes(copying: "handed over") }, note: { _ in })
    }

    // MARK: - Files of tokens

    @Test func `a path of a token file counts where the user has named it`() throws {
        let folder = try TemporaryFolder()
        let name = "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH"
        let line = "\(name)=/somewhere/token\n"
        let variables = ["XDG_CONFIG_HOME": folder.path, "INFISICAL_MACHINE_IDENTITY_ID": "identity"]
        let made = try folder.write("made.env", line)
        try folder.write("vaultscript/credentials/blog.env", line)
        var named = RunOptions(scriptFolder: folder.path)
        named.credentialsFile = made
        let plain = RunOptions(scriptFolder: folder.path)
        let method: Value = .text("kubernetes")
        for (options, login) in [
            (named, Value.record(["method": method])),
            (named, .record(["method": method, "credentials": .text("/dev/null")])),
            (plain, .record(["method": method, "profile": .text("blog")])),
        ] {
            guard case .platform(_, _, .file(let file)) = try planner(options, variables).plan(login).proof else {
                Issue.record("no file of a token")
                continue
            }
            #expect(file.path == "/somewhere/token")
        }
        let failure = try #require(throws: Failure.self) {
            try planner(plain, variables).plan(.record(["method": method, "credentials": .text(made)]))
        }
        #expect(failure.kind == .denied)
        #expect(
            failure.text == """
                login: \(name) in \(made) is not followed
                only the script names that file, and a script may not choose which file is sent to a host; nothing has been read
                set it yourself: in the environment, in a profile of yours, or name the file with --credentials
                """)
    }

    private static let contents: [(text: String, token: String?)] = [
        ("eyJh.eyJi.c-_d\n", "eyJh.eyJi.c-_d"), ("abc+/~==", "abc+/~=="),
        (String(repeating: "a", count: TokenFile.maximumBytes), String(repeating: "a", count: TokenFile.maximumBytes)),
        (String(repeating: "a", count: TokenFile.maximumBytes + 1), nil),
        ("", nil), ("\n", nil), ("==", nil), ("two\nlines", nil), ("INFISICAL_TOKEN=abc", nil), ("a b", nil),
        ("a\0b", nil), ("{\"a\":1}", nil), ("ä", nil), ("\nabc", nil),
    ]

    @Test(arguments: contents) func `what a file of a token holds has to be one`(text: String, token: String?) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("token", text, mode: 0o644)
        let environment = try HostEnvironment(Settings(), variablesForTesting: [:])
        let file = TokenFile(path, RunOptions(scriptFolder: folder.path), environment)
        guard let token else {
            let failure = try #require(throws: Failure.self) { try file.read() }
            #expect(failure.kind == .usage && failure.message == "login: the platform's token \(path) cannot be read")
            return
        }
        let read = try file.read()
        #expect(read.withBytes { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) } == token)
    }

    @Test func `a file of vaultscript's own is no token, whatever leads to it`() throws {
        let folder = try TemporaryFolder()
        let own = try folder.write("vaultscript/credentials/blog.env", "token")
        let mounted = try folder.write("mounted/token", "token")
        let link = folder.path + "/link"
        _ = try Program.run(["-s", own, link], program: "/bin/ln")
        let variables = ["XDG_CONFIG_HOME": folder.path, "CREDENTIALS_DIRECTORY": folder.path + "/mounted"]
        let environment = try HostEnvironment(Settings(), variablesForTesting: variables)
        let options = RunOptions(scriptFolder: folder.path)
        for path in [own, link] {
            let failure = try #require(throws: Failure.self) { try TokenFile(path, options, environment).read() }
            #expect(failure.kind == .denied)
            #expect(failure.message == "login: \(path) is not taken as the platform's token")
        }
        #expect(try TokenFile(mounted, options, environment).read().count == 5)
    }
}
