import Foundation
import TestSupport
import Testing

/// What programs print passes the masker: in every listed form, split in any way, and nothing else is touched.
@Suite struct `Masked output` {
    /// Runs a shell command that has the canary in $S.
    private func run(_ command: String, capture: String = "false") throws -> (Canary, Program.Outcome) {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["GH_PAT": canary.value])
        let outcome = try Program.script(
            """
            local r = spawn{ "sh", "-c", arg[1], env = { S = getSecret("GH_PAT") }, capture = \(capture), check = false }
            if r.stdout then io.write(r.stdout) end
            """, [command], environment: vault.environment)
        return (canary, outcome)
    }

    @Test(arguments: [
        (#"echo "$S""#, "[secret:GH_PAT]\n"), (#"printf %s "$S""#, "[secret:GH_PAT]"), (#"echo "a${S}b${S}c""#, "a[secret:GH_PAT]b[secret:GH_PAT]c\n"),
        (#"printf %s "$S" | base64 -w0"#, "[secret:GH_PAT]"), (#"printf %s "x$S" | base64 -w0"#, nil), (#"printf %s "xy${S}z" | base64 -w0"#, nil),
        (#"printf %s "$S" | base64 -w0 | tr '+/' '-_'"#, "[secret:GH_PAT]"), (#"printf %s "$S" | od -An -tx1 | tr -d ' \n'"#, "[secret:GH_PAT]"),
        (#"printf %s "$S" | od -An -tx1 | tr -d ' \n' | tr a-f A-F"#, "[secret:GH_PAT]"),
        (#"echo "\033[31m$S\033[0m""#, nil), (#"i=0; while [ $i -lt ${#S} ]; do printf %s "$(printf %s "$S" | cut -c$((i+1)))"; sleep 0.01; i=$((i+1)); done"#, "[secret:GH_PAT]"),
        (#"h=$(printf %s "$S" | cut -c1-20); t=$(printf %s "$S" | cut -c21-); printf %s "$h"; echo between >&2; sleep 0.05; echo "$t""#, "[secret:GH_PAT]\n"),
        (#"printf %s "$S" >&2"#, ""),
    ])
    func `a value is masked in each form and split`(command: String, expected: String?) throws {
        for capture in ["false", "true"] {
            let (canary, outcome) = try run(command, capture: capture)
            #expect(canary.found(in: outcome) == nil, "\(command)\n\(outcome)")
            if let expected { #expect(outcome.text == expected, "\(outcome)") }
            #expect(outcome.code == 0)
        }
    }

    @Test func `a percent-encoded and a JSON-encoded value are masked`() throws {
        let value = "p@ss/w\"rd\\+\(Canary().value)&=é"
        let vault = try DevelopmentVault(secrets: ["PW": value])
        let outcome = try Program.script(
            #"""
            local s = getSecret("PW")
            for _, f in ipairs { "quote(v, safe='')", "quote_plus(v)", "json.dumps(v)", "json.dumps(v, ensure_ascii=False)", "quote(v)" } do
              spawn{ "python3", "-c", "import os, json; from urllib.parse import quote, quote_plus; v = os.environ['S']; print(" .. f .. ")", env = { S = s } }
            end
            """#, environment: vault.environment)
        #expect(outcome.code == 0)
        #expect(!outcome.text.contains("ghp_"), "\(outcome)")
        #expect(outcome.text.split(separator: "\n").count == 5 && outcome.text.contains("[secret:PW]"))
    }

    @Test func `each telling line of a key is masked, its public lines are not`() throws {
        let body = (0..<3).map { _ in Canary("").value + Canary("").value.prefix(28) }
        let key = "-----BEGIN PRIVATE KEY-----\n" + body.joined(separator: "\n") + "\n-----END PRIVATE KEY-----\n"
        let vault = try DevelopmentVault(secrets: ["KEY": key])
        let outcome = try Program.script(
            #"""
            local k = getSecret("KEY")
            spawn{ "sh", "-c", [[printf '%s' "$K" | sed -n 2p; echo; printf '%s' "$K" | tail -n 1; echo "-----BEGIN PRIVATE KEY-----"]], env = { K = k } }
            spawn{ "sh", "-c", [[printf '%s' "$K" | sed 's/$/\r/' | cat]], env = { K = k } }
            """#, environment: vault.environment)
        for line in body { #expect(!outcome.text.contains(line), "\(outcome)") }
        #expect(outcome.text.contains("-----BEGIN PRIVATE KEY-----\n"))
        #expect(outcome.text.contains("[secret:KEY]"))
    }

    @Test func `text without a secret comes through byte for byte`() throws {
        let vault = try DevelopmentVault(secrets: ["GH_PAT": Canary().value])
        let folder = try TemporaryFolder()
        var bytes = Data((0..<3_000_000).map { _ in UInt8.random(in: 0...255) })
        bytes.append(Data("ghp_ghp_ghp".utf8))
        try bytes.write(to: URL(fileURLWithPath: folder.path + "/random"))
        let outcome = try Program.script(
            "getSecret('GH_PAT') spawn{ 'cat', arg[1] }", [folder.path + "/random"], environment: vault.environment)
        #expect(outcome.output == bytes)
    }

    @Test func `a gigabyte comes through in constant memory`() throws {
        let vault = try DevelopmentVault(secrets: ["GH_PAT": Canary().value])
        let folder = try TemporaryFolder()
        let script = try folder.write(
            "stream.lua", "getSecret('GH_PAT') spawn{ 'sh', '-c', 'yes 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde | head -c 1073741824' }")
        // The digest and the length are the shell's; the peak of resident memory is the kernel's count for the host.
        let outcome = try Program.run(
            [
                "-c",
                """
                expected=$(yes 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde | head -c 1073741824 | cksum)
                actual=$( { "$0" "$1" & pid=$!; (while kill -0 $pid 2>/dev/null; do grep VmHWM /proc/$(pgrep -o -P $pid)/status >"$2/peak.new" 2>/dev/null && mv "$2/peak.new" "$2/peak"; sleep 0.2; done) >/dev/null 2>&1 & wait $pid; } | cksum)
                test "$expected" = "$actual" && echo same
                """, Program.path, script, folder.path,
            ], environment: vault.environment, program: "/bin/bash",
            // A gigabyte in a script's run takes the processor more than a minute, whatever else it has to do.
            timeLimitSeconds: 600)
        #expect(outcome.text == "same\n", "\(outcome)")
        let peak = try folder.read("peak").split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
        #expect(try #require(peak) < 64 * 1024, "resident: \(peak ?? 0) KiB")
    }

    @Test func `a slow reader stops the program, and nothing is lost`() throws {
        let outcome = try Program.run(
            ["-c", "\"$0\" -e 'spawn{ \"head\", \"-c\", \"8000000\", \"/dev/zero\" }' | (sleep 1; wc -c)", Program.path],
            program: "/bin/bash")
        #expect(outcome.text == "8000000\n", "\(outcome)")
    }

    @Test func `leaks are counted, and can warn or stop`() throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["T": canary.value])
        let outcome = try Program.script(
            #"""
            local t = getSecret("T")
            print(spawn{ "sh", "-c", 'echo "$T"; echo "$T" >&2', env = { T = t }, capture = true }.leaks)
            spawn{ "sh", "-c", 'echo "$T"', env = { T = t }, onLeak = "warn" }
            spawn{ "sh", "-c", 'echo "$T"; sleep 30', env = { T = t }, onLeak = "abort" }
            """#, environment: vault.environment)
        #expect(outcome.code == 78, "\(outcome)")
        #expect(outcome.text == "2\n[secret:T]\n[secret:T]\n" && outcome.errorText.contains("warning: sh prints a secret"), "\(outcome)")
    }
}
