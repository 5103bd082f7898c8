import Diagnostics
import Testing

@testable import Configuration

/// The keys and values of configuration files.
@Suite struct `A configuration file` {
    private func read(_ text: String, _ origin: TrustedFile.Origin = .user) throws(Failure) -> ConfigurationFile {
        try ConfigurationFile(Array(text.utf8), path: "/c.toml", origin)
    }

    @Test func `gives every section typed, with the line of each setting`() throws {
        let file = try read(
            """
            profile = "blog"
            domain = "eu"
            environment = "staging"
            [profiles.blog]
            project = "p-1"
            env = "prod"
            path = "/web"
            domain = "https://vault.example.org"
            method = "token"
            credentials = "/run/blog.env"
            [limits]
            memory = "1G"
            calls = 5
            [network]
            proxy = "http://proxy:3128"
            ca = "/etc/ca.pem"
            [variables]
            withhold = ["ACME_*", "X"]
            pass = ["SENTRY_AUTH_TOKEN"]
            [masking]
            public = ["LOG_LEVEL"]
            publicTags = ["public"]
            [http]
            hosts = ["api.example.org"]
            """)
        func at(_ value: String, _ line: Int) -> Located { Located(value, file: "/c.toml", line: line) }
        #expect(file.profile == at("blog", 1))
        #expect(file.login == LoginSettings(domain: at("eu", 2), environment: at("staging", 3)))
        #expect(
            file.profiles == [
                "blog": LoginSettings(
                    domain: at("https://vault.example.org", 8), project: at("p-1", 5), environment: at("prod", 6),
                    path: at("/web", 7), method: at("token", 9), credentials: at("/run/blog.env", 10))
            ])
        #expect(file.limits == [.init(name: "memory", value: at("1G", 12)), .init(name: "calls", value: at("5", 13))])
        #expect(file.proxy == at("http://proxy:3128", 15) && file.certificates == at("/etc/ca.pem", 16))
        #expect(file.withheld == [at("ACME_*", 18), at("X", 18)] && file.passed == [at("SENTRY_AUTH_TOKEN", 19)])
        #expect(file.publicNames == [at("LOG_LEVEL", 21)] && file.publicTags == [at("public", 22)])
        #expect(file.hosts == [at("api.example.org", 24)])
    }

    @Test func `that is empty says nothing`() throws {
        let file = try read("# nothing\n\n")
        #expect(file.hosts == nil && file.profile == nil && file.login == LoginSettings() && file.limits.isEmpty)
    }

    @Test(arguments: [
        ("profil = \"x\"", "/c.toml:1: there is no setting profil\ndid you mean profile?"),
        (
            "\n[profile.x]\nenv = \"dev\"",
            "/c.toml:3: there is no setting profile.x.env\nwrite it below a line [profiles.x]"
        ),
        (
            "[profiles.x]\nenvironmnt = \"dev\"",
            "/c.toml:2: there is no setting profiles.x.environmnt\ndid you mean environment?"
        ),
        ("hosts = [\"a\"]", "/c.toml:1: there is no setting hosts\nwrite it below a line [http]"),
        ("[netwrk]\nproxy = \"x\"", "/c.toml:2: there is no setting netwrk.proxy\nwrite it below a line [network]"),
        ("[http]\nfrobnicate = 1", "/c.toml:2: there is no setting http.frobnicate\nit takes: hosts"),
        ("[http]\n[http.hosts]\na = 1", "/c.toml:3: there is no setting http.hosts.a"),
        ("[http]", "/c.toml:1: there is no setting http"),
        ("project = 5", "/c.toml:1: project: expected a text in quotation marks, got 5"),
        ("project = \"\"", "/c.toml:1: project: expected a text in quotation marks, got \"\""),
        ("project = \"a\\u0000b\"", "/c.toml:1: project: expected a text in quotation marks, got something else"),
        ("project = \"a\\u001Bb\"", "/c.toml:1: project: expected a text in quotation marks, got \"a\\u{1b}b\""),
        ("path = \"web\"", "/c.toml:1: path: expected a folder of the vault, such as \"/web\", got \"web\""),
        ("profile = \"../x\"", "/c.toml:1: profile: expected a name without / in it, got \"../x\""),
        ("env = \"a\"\nenvironment = \"b\"", "/c.toml:2: the environment is set twice"),
        (
            "[http]\nhosts = \"a\"",
            "/c.toml:2: http.hosts: expected a list of texts, such as [\"one\", \"two\"], got \"a\""
        ),
        (
            "[http]\nhosts = [1]",
            "/c.toml:2: http.hosts: expected a list of texts, such as [\"one\", \"two\"], got something else"
        ),
        (
            "[variables]\nwithhold = [\"*\"]",
            "/c.toml:2: variables.withhold: expected names, with a * at the end at most"
        ),
        ("[variables]\npass = [\"INFISICAL_TOKEN\"]", "/c.toml:2: INFISICAL_TOKEN is never handed on"),
        ("[variables]\npass = [\"infis*\"]", "/c.toml:2: infis* is never handed on"),
        ("[network]\nproxy = \"http://me:pw@proxy\"", "/c.toml:2: network.proxy: it holds a name or a password"),
        ("[network]\nca = \"ca.pem\"", "/c.toml:2: network.ca: expected the path of a file, from / on, got \"ca.pem\""),
        ("a = 1979-05-27", "/c.toml:1: there is no setting a"), ("a = ", "/c.toml:1: this is not TOML"),
    ])
    func `names what is wrong, where, and what is near`(text: String, message: String) {
        #expect { try read(text) } throws: { error in
            let failure = error as? Failure
            return failure?.kind == .usage && failure?.text.hasPrefix(message) == true
        }
    }

    @Test(arguments: [
        ("\n" + Array(repeating: "a", count: 30_000).joined(separator: ".") + "=1", 2),
        ("[" + Array(repeating: "a", count: 30_000).joined(separator: ".") + "]", 1),
        (Array(repeating: "a", count: 17).joined(separator: ".") + "=1", 1),
        ("a = '''\n'''#\nb = " + String(repeating: "[", count: 17), 3),
        ("a = \"\"\"\n\\\"\"\"\"\"\"\nb = " + String(repeating: "{ c = ", count: 9000), 3),
        ("a = \"\\\"\"\nb.\"x\" . 'y' " + String(repeating: " . z", count: 17), 2),
    ])
    func `that nests without end is refused before it is taken apart`(text: String, line: Int) {
        #expect { try read(text) } throws: { error in
            (error as? Failure)?.message == "/c.toml:\(line): this is not read"
        }
    }

    /// The parser asserts what a name may not be, which ended the process.
    @Test(arguments: [
        "[=", "[\n", "[.]", "[#", "[[=]]", "[ ]", "a = 1\n[[#", "[a]\n[\r\n", "[profiles.]", "[a..b]", "[.a]",
    ])
    func `that does not name a table is an error with its line`(text: String) {
        #expect { try read(text) } throws: { error in
            let line = text.hasPrefix("a = 1") || text.hasPrefix("[a]\n") ? 2 : 1
            return (error as? Failure)?.message.hasPrefix("/c.toml:\(line): ") == true
        }
    }

    @Test func `may hold any number of dots in texts and comments`() throws {
        let dots = String(repeating: "..[[{{", count: 40)
        let lines = [
            "profile = \"b\(dots.replacing("..", with: ".-"))\" # \(dots)", "# \(dots)", "project = '\(dots)'",
            "env = \"\"\"\(dots)\\\"\"\"\"\"", "[http]", "hosts = ['''\(dots)''', 'b']",
        ]
        let file = try read(lines.joined(separator: "\n"))
        #expect(file.login.project?.value == dots && file.hosts?.map(\.value) == [dots, "b"])
        #expect(file.login.environment?.value == dots + "\"\"")
    }

    @Test func `an error shows no proxy's password`() {
        do { _ = try read("[network]\nproxy = \"http://me:hunter2hunter2@proxy\"") } catch {
            #expect(!error.text.contains("hunter2"), "\(error)")
        }
    }

    @Test(arguments: [
        "[network]\nproxy = \"http://evil\"", "[network]\nca = \"/x\"", "[variables]\npass = [\"X_TOKEN\"]",
        "[masking]\npublic = [\"GH_PAT\"]", "[masking]\npublicTags = [\"a\"]", "[profiles.a]\ncredentials = \"/x\"",
        "[profiles.a]\nmethod = \"token\"",
    ])
    func `of a working tree may not have what widens`(text: String) throws {
        _ = try read(text)
        #expect { try read(text, .project) } throws: { error in
            (error as? Failure)?.message.hasSuffix("is not taken from a file of a working tree") == true
        }
    }

    @Test func `of a working tree may choose and narrow`() throws {
        let file = try read(
            """
            profile = "blog"
            project = "p"
            [profiles.blog]
            environment = "prod"
            [limits]
            memory = "64M"
            [variables]
            withhold = ["ACME_*"]
            [http]
            hosts = []
            """, .project)
        #expect(file.profile?.value == "blog" && file.hosts == [] && file.withheld.map(\.value) == ["ACME_*"])
    }

    @Test func `a pattern stands for its name, or for any rest`() {
        let patterns = ["ACME_*", "ONE"].map { Located($0, file: "", line: 1) }
        #expect(NamePattern.matches("ACME_KEY", patterns) && NamePattern.matches("ACME_", patterns))
        #expect(NamePattern.matches("ONE", patterns) && !NamePattern.matches("ONE_MORE", patterns))
        #expect(!NamePattern.matches("acme_key", patterns) && !NamePattern.matches("", patterns))
    }
}
