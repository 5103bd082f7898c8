import Foundation
import TestSupport
import Testing

/// The blocks of docs/unattended.md, run as they stand but for places and names.
private enum Page {
    /// The block whose first line is `# title`.
    static func block(_ title: String) throws -> String {
        let text = try String(contentsOfFile: Program.repository + "/docs/unattended.md", encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(
            lines.indices.first { $0 > 0 && lines[$0].hasPrefix("# \(title)") && lines[$0 - 1].hasPrefix("```") })
        let end = try #require(lines[start...].firstIndex(of: "```"))
        return lines[start..<end].joined(separator: "\n") + "\n"
    }

    /// What a mapping of the block sets: `NAME: value`, or `{name: NAME, value: …}`, quotes taken away.
    static func variables(_ block: String) -> [String: String] {
        var found: [String: String] = [:]
        for line in block.split(separator: "\n") {
            let text = line.trimmingCharacters(in: CharacterSet(charactersIn: " -{}"))
                .replacing("name: ", with: "").replacing(", value", with: "")
            let parts = text.split(separator: ":", maxSplits: 1).map {
                $0.trimmingCharacters(in: CharacterSet(charactersIn: " \""))
            }
            if parts.count == 2, parts[0].hasPrefix("INFISICAL_"), !parts[1].isEmpty { found[parts[0]] = parts[1] }
        }
        return found
    }

    /// The commands of a block: what follows `- run: ` or, below `script:`, a dash.
    static func commands(_ block: String, after key: String) -> [String] {
        block.split(separator: "\n").compactMap { line in
            let text = line.trimmingCharacters(in: .whitespaces)
            return text.hasPrefix(key) ? String(text.dropFirst(key.count)) : nil
        }
    }
}

/// A vault, a script and a home of one's own, in a place that an ordinary user can read.
private struct UnattendedBench {
    let folder: TemporaryFolder
    let vault: DevelopmentVault
    let secret = Canary()

    init(identity: [String: Any] = [:], in place: String? = nil) throws {
        folder = try TemporaryFolder(in: place)
        vault = try DevelopmentVault(folders: ["/": ["GH_PAT": secret.value]], identity: identity)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        try folder.write("bin/.keep", "")
        let program = URL(fileURLWithPath: Program.path).resolvingSymlinksInPath().path
        try #require(try Program.run([program, folder.path + "/bin/vaultscript"], program: "/bin/cp").code == 0)
        let script =
            "spawn{ 'sh', '-c', 'test -n \"$GH_PAT\" && echo \"$GH_PAT\"', env = { GH_PAT = getSecret('GH_PAT') } }\n"
        for name in ["deploy.lua", "backup.lua", "scripts/backup.lua"] { try folder.write(name, script, mode: 0o644) }
        for path in ["bin", "scripts", "bin/vaultscript"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path + "/" + path)
        }
    }

    var search: String { folder.path + "/bin:/usr/bin:/bin" }

    /// The page's example values, in the place of which this vault's stand.
    func own(_ variables: [String: String]) -> [String: String] {
        var own = variables
        own["INFISICAL_DOMAIN"] = vault.url
        own["INFISICAL_PROJECT_ID"] = vault.projectID
        if own["INFISICAL_ENVIRONMENT"] != nil { own["INFISICAL_ENVIRONMENT"] = "dev" }
        if own["INFISICAL_MACHINE_IDENTITY_ID"] != nil { own["INFISICAL_MACHINE_IDENTITY_ID"] = "identity-1" }
        return own
    }

    /// A shell with these variables and no others.
    func shell(_ command: String, _ variables: [String: String]) throws -> Program.Outcome {
        let words = ["-i"] + (["PATH": search].merging(variables) { $1 }).map { "\($0.key)=\($0.value)" }
        return try Program.run(
            words + ["/bin/sh", "-c", "cd \"$0\" && \(command)", folder.path], program: "/usr/bin/env")
    }

    func credentials(_ path: String) throws {
        let outcome = try Program.run(
            [
                "credentials", "add", "--credentials", path, "--client-id", vault.clientID, "--domain", vault.url,
                "--project", vault.projectID,
            ],
            input: Data(vault.clientSecret.utf8))
        #expect(outcome.code == 0, "\(outcome)")
    }

    func expectMasked(_ outcome: Program.Outcome) {
        #expect(outcome.code == 0 && outcome.text == "[secret:GH_PAT]\n", "\(outcome)")
        #expect(secret.found(in: outcome) == nil)
    }
}

/// cron, as far as a machine can have it.
@Suite struct `Runs from cron` {
    /// The lines that start something: the five times cut off.
    private static func jobs() throws -> [String] {
        try Page.block("crontab -e").split(separator: "\n").filter { $0.first?.isNumber == true }.map { line in
            line.split(separator: " ", maxSplits: 5).last.map(String.init) ?? ""
        }
    }

    private static func bench() throws -> UnattendedBench {
        let bench = try UnattendedBench(identity: ["managesSecrets": true, "secretTtl": 8_640_000])
        try bench.credentials(bench.folder.path + "/.config/vaultscript/credentials/backup.env")
        return bench
    }

    @Test func `work in cron's environment, one at a time, and say nothing where all is well`() throws {
        let jobs = try Self.jobs()
        #expect(jobs.count == 2)
        let bench = try Self.bench()
        let home = bench.folder.path
        let cron = ["HOME": home, "LOGNAME": "somebody", "SHELL": "/bin/sh", "MAILTO": "ops@example.com"]
        for job in jobs {
            let outcome = try bench.shell(job, cron)
            #expect(outcome.code == 0 && outcome.output.isEmpty && outcome.error.isEmpty, "\(job): \(outcome)")
        }
        // Without what discards it the script's own output is there: it did run, and after the rotation too.
        bench.expectMasked(try bench.shell(jobs[0].replacing(" >/dev/null", with: ""), cron))
        let busy = try bench.shell("exec 9>\"$HOME/.backup.lock\" && flock 9 && \(jobs[0])", cron)
        #expect(busy.code == 75, "\(busy)")
        let late = try bench.shell(
            jobs[0].replacing("1h", with: "1").replacing("\"$HOME/scripts/backup.lua\"", with: "-e 'sleep(60)'"), cron)
        #expect(late.code == 124 && late.errorText.contains("the run was interrupted"), "\(late)")
    }

    @Test(
        .enabled(
            if: geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/sbin/cron"),
            "cron is not installed, or may not be started"))
    func `work under Debian's cron itself`() throws {
        let bench = try Self.bench()
        let home = bench.folder.path
        let head = try Page.block("crontab -e").split(separator: "\n").filter {
            $0.contains("=") && $0.first?.isUppercase == true
        }
        let search = head.joined(separator: "\n").replacing("/usr/local/bin", with: home + "/bin")
        for (number, job) in try Self.jobs().enumerated() {
            let log = "\(home)/log\(number)"
            let line = "@reboot \(job.replacing(" >/dev/null", with: "")) >\(log) 2>&1; echo $? >\(log).code"
            try bench.folder.write("spool/root", "\(search)\nHOME=\(home)\n\(line)\n")
            try bench.folder.write("empty/.keep", "")
            try bench.folder.write("crontab", "")
            // In a mount namespace of its own, where this is all that cron finds; it starts what is due at boot at once.
            let script = """
                mount --bind "$1/spool" /var/spool/cron/crontabs && mount --bind "$1/empty" /etc/cron.d &&
                mount --bind "$1/crontab" /etc/crontab && mount -t tmpfs tmpfs /run && exec /usr/sbin/cron -f
                """
            let running = try RunningProgram(
                "/usr/bin/unshare", ["-m", "/bin/sh", "-c", script, "sh", home],
                environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"])
            for _ in 0..<1200 where !FileManager.default.fileExists(atPath: log + ".code") { usleep(50_000) }
            running.terminate()
            let output = try bench.folder.read("log\(number)")
            #expect(try bench.folder.read("log\(number).code") == "0\n", "\(job): \(output)")
            #expect(
                output == "[secret:GH_PAT]\n" || output.hasPrefix("rotated the client secret in \(home)/.config/"),
                "\(output)")
        }
    }
}

/// The units of the page.
@Suite struct `Runs under systemd` {
    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze"), "systemd is not installed"))
    func `have units that systemd takes without a word`() throws {
        let folder = try TemporaryFolder()
        let service = try Page.block("/etc/systemd/system/backup.service")
        try folder.write(
            "backup.service", service.replacing("/usr/local/bin/vaultscript", with: URL(fileURLWithPath: Program.path).path), mode: 0o644)
        try folder.write("backup.timer", try Page.block("/etc/systemd/system/backup.timer"), mode: 0o644)
        let outcome = try Program.run(
            ["verify", folder.path + "/backup.service", folder.path + "/backup.timer"],
            program: "/usr/bin/systemd-analyze")
        #expect(outcome.code == 0 && outcome.output.isEmpty && outcome.error.isEmpty, "\(outcome)")
    }

    private static var canImitate: Bool {
        geteuid() == 0
            && ["/usr/bin/systemd-analyze", "/usr/bin/python3"].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    }

    @Test(.enabled(if: canImitate, "only root can make mounts and credentials; python3 and systemd-analyze are needed"))
    func `work with the service's mounts, user, limits, filters and credential`() throws {
        let bench = try UnattendedBench(in: "/var/lib")
        try bench.credentials(bench.folder.path + "/backup.env")
        try bench.folder.write("state/.keep", "")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bench.folder.path + "/state")
        let state = String(bench.folder.path.dropFirst("/var/lib/".count)) + "/state"
        let unit = try Page.block("/etc/systemd/system/backup.service")
            .replacing("/usr/local/bin/vaultscript", with: bench.folder.path + "/bin/vaultscript")
            .replacing("/usr/local/lib/backup/backup.lua", with: bench.folder.path + "/backup.lua")
            .replacing("/etc/vaultscript/backup.env", with: bench.folder.path + "/backup.env")
            .replacing("StateDirectory=backup", with: "StateDirectory=\(state)")
            .replacing("/var/lib/backup", with: "/var/lib/\(state)")
        func run(_ unit: String) throws -> Program.Outcome {
            let file = try bench.folder.write("unit.service", unit)
            return try Program.run(
                [Program.repository + "/Tests/Unattended/service.py", file], program: "/usr/bin/python3")
        }
        try bench.folder.write(
            "backup.lua",
            """
            fs.write("state.txt", "kept\\n")
            spawn{ "sh", "-c", 'test -n "$GH_PAT" && test -r "$FILE" && cat state.txt && id -u && echo "$GH_PAT"',
                   env = { GH_PAT = getSecret("GH_PAT") }, files = { FILE = getSecret("GH_PAT") } }
            """, mode: 0o644)
        let outcome = try run(unit)
        #expect(
            outcome.code == 0 && outcome.text == "kept\n61184\n[secret:GH_PAT]\n" && outcome.error.isEmpty, "\(outcome)"
        )
        #expect(bench.secret.found(in: outcome) == nil)
        // What the page says of settings that are not as it has them.
        let filter = " memfd_secret landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp"
        #expect(unit.contains(filter))
        let fewer = try run(unit.replacing(filter, with: ""))
        #expect(fewer.code == 0 && fewer.text == outcome.text, "\(fewer)")
        let killed = try run(unit.replacing(filter, with: "").replacing("SystemCallErrorNumber=EPERM\n", with: ""))
        #expect(killed.code != 0 && killed.text.isEmpty, "\(killed)")
        let narrow = try run(unit.replacing("LimitMEMLOCK=8M", with: "LimitMEMLOCK=64K"))
        #expect(narrow.code == 1 && narrow.errorText.hasPrefix("there is no secret memory left\n"), "\(narrow)")
        let families = try run(unit.replacing("AF_INET AF_INET6 ", with: ""))
        #expect(families.code == 3, "\(families)")
    }
}

/// CI and containers: with the variables and files that the platforms set.
@Suite struct `Runs in CI and containers` {
    private func bench(_ method: String, _ jwt: Canary) throws -> UnattendedBench {
        try UnattendedBench(identity: ["id": "identity-1", "methods": [method: jwt.value]])
    }

    @Test func `log in on GitHub Actions with the job's own token`() throws {
        let jwt = Canary("jwt.")
        let bench = try bench("oidc", jwt)
        let block = try Page.block(".github/workflows/deploy.yml")
        #expect(block.contains("  id-token: write\n"))
        let platform = StubHTTPServer { request, _ in .json(200, #"{"count":1,"value":"\#(jwt.value)"}"#) }
        defer { platform.stop() }
        let runner = [
            "ACTIONS_ID_TOKEN_REQUEST_URL": "\(platform.url)/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": Canary("runner").value, "CI": "true", "GITHUB_ACTIONS": "true",
        ]
        let commands = Page.commands(block, after: "- run: ")
        #expect(commands == ["vaultscript deploy.lua"])
        for command in commands {
            bench.expectMasked(try bench.shell(command, bench.own(Page.variables(block)).merging(runner) { $1 }))
        }
        #expect(platform.requests.count == 1)
    }

    @Test func `log in on GitLab CI with the token that id_tokens makes`() throws {
        let jwt = Canary("jwt.")
        let bench = try bench("oidc", jwt)
        let block = try Page.block(".gitlab-ci.yml")
        #expect(block.contains("  id_tokens:\n    INFISICAL_JWT:\n      aud: "))
        let runner = ["INFISICAL_JWT": jwt.value, "CI": "true", "GITLAB_CI": "true"]
        let commands = Page.commands(block, after: "- ")
        #expect(commands == ["vaultscript deploy.lua"])
        bench.expectMasked(try bench.shell(commands[0], bench.own(Page.variables(block)).merging(runner) { $1 }))
    }

    @Test func `log in on any runner with variables of its own`() throws {
        let bench = try UnattendedBench()
        let block = try Page.block("a step of a runner")
            .replacing("INFISICAL_DOMAIN=eu", with: "INFISICAL_DOMAIN=\(bench.vault.url)")
            .replacing("11111111-1111-1111-1111-111111111111", with: bench.vault.projectID)
            .replacing("INFISICAL_ENVIRONMENT=prod", with: "INFISICAL_ENVIRONMENT=dev")
        let variables = bench.vault.environment.filter { $0.key.contains("CLIENT") }
        #expect(variables.count == 2)
        bench.expectMasked(try bench.shell("set -e\n\(block)", variables.merging(["CI": "true"]) { $1 }))
    }

    @Test func `log in in a pod with the service account's token`() throws {
        let jwt = Canary("jwt.")
        let bench = try bench("kubernetes", jwt)
        let block = try Page.block("cronjob.yaml")
        let token = try bench.folder.write("token", jwt.value, mode: 0o644)
        let command = try #require(Page.commands(block, after: "command: ").first)
        let words = try #require(try JSONSerialization.jsonObject(with: Data(command.utf8)) as? [String])
        #expect(words == ["vaultscript", "/scripts/backup.lua"])
        // Where Kubernetes mounts it is told by the variable that other clients read, too.
        let own = bench.own(Page.variables(block)).merging(["INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH": token]) {
            $1
        }
        #expect(own["INFISICAL_AUTH_METHOD"] == "kubernetes")
        bench.expectMasked(try bench.shell("\(words[0]) \(bench.folder.path)\(words[1])", own))
    }

    @Test(
        .enabled(if: geteuid() == 0, "only root can run it as somebody else"),
        arguments: [
            (0o440, "1000", true), (0o444, "1000", true), (0o400, "0", true), (0o444, "0", false),
            (0o440, "1000 1000", false),
        ])
    func `log in with a file that the runtime has mounted`(mode: Int, user: String, works: Bool) throws {
        let bench = try UnattendedBench()
        let secrets = bench.folder.path + "/secrets"
        // As Kubernetes has it: links of root's to a file of root's.
        try bench.credentials(bench.folder.path + "/credentials.env")
        try bench.folder.write("secrets/..2026/default.env", try bench.folder.read("credentials.env"), mode: mode)
        for (link, target) in [("..data", "..2026"), ("default.env", "..data/default.env")] {
            try FileManager.default.createSymbolicLink(atPath: "\(secrets)/\(link)", withDestinationPath: target)
        }
        for path in ["", "/..2026"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: secrets + path)
        }
        guard unsafe chown(secrets + "/..2026/default.env", 0, 2000) == 0 else { throw POSIXError(.EPERM) }
        let block = try Page.block("in the container").replacing("/run/secrets", with: secrets)
            .replacing("/scripts/", with: bench.folder.path + "/scripts/")
        let ids = user.split(separator: " ").map(String.init)
        let groups = ids.count > 1 ? ids[1] : "2000"
        let outcome = try Program.run(
            ["--reuid=\(ids[0])", "--regid=\(ids[0])", "--groups=\(groups)", "/bin/sh", "-c", block],
            environment: ["PATH": bench.search, "HOME": "/nonexistent"], program: "/usr/bin/setpriv")
        if works {
            bench.expectMasked(outcome)
        } else {
            #expect(outcome.code == 2 && outcome.errorText.contains("default.env is not used"), "\(outcome)")
        }
    }
}
