import TestSupport
import Testing

/// A script that starts vaultscript decides what that is told.
@Suite struct `A run below a script's run` {
    private let canary = Canary()
    private let home: TemporaryFolder
    private let vault: DevelopmentVault

    init() throws {
        vault = try DevelopmentVault(secrets: ["TOKEN": canary.value])
        home = try TemporaryFolder()
        try home.write(
            ".config/vaultscript/credentials/default.env",
            vault.environment.map { "\($0.key)=\($0.value)\n" }.sorted().joined(), mode: 0o600)
    }

    private func run(_ words: [String]) throws -> Program.Outcome {
        try Program.run(words, environment: ["HOME": home.path])
    }

    /// Gives the processes above other names, in a view of its own.
    private static let hiding = """
        local hiding = [[echo bash >"$HOME/comm"
          for d in /proc/[0-9]*; do
            [ "$(cat "$d/comm" 2>/dev/null)" != vaultscript:lua ] || mount --bind "$HOME/comm" "$d/comm"
          done
          exec "$0" "$@"]] 
        """

    @Test(arguments: [
        #"spawn{ arg[1], "-e", "print(getSecret('TOKEN'))", check = false }"#,
        #"spawn{ arg[1], "--domain", "http://127.0.0.1:9", "-e", "print(getSecret('TOKEN'))", check = false }"#,
        #"spawn{ arg[1], "run", "--", "env", check = false }"#, #"spawn{ arg[1], "whoami", check = false }"#,
        #"spawn{ arg[1], "credentials", "rotate", "default", check = false }"#,
        #"spawn{ "sh", "-c", [[unshare -Urpf true && exec unshare -Urpf --mount-proc "$0" "$@" || exec "$0" "$@"]], arg[1], "-e", "print(getSecret('TOKEN'))", check = false }"#,
        #"spawn{ "sh", "-c", [[unshare -rm true && exec unshare -rm sh -c "$HIDING" "$0" "$@" || exec "$0" "$@"]], arg[1], "-e", "print(getSecret('TOKEN'))", env = { HIDING = hiding }, check = false }"#,
        #"spawn{ "setsid", "sh", "-c", '("$0" secrets </dev/null &) ; sleep 1', arg[1] }"#,
        #"spawn{ arg[1], "--credentials", os.getenv("HOME") .. "/.config/vaultscript/credentials/default.env", "-e", "getSecret('TOKEN')", check = false }"#,
    ])
    func `does not log in with the user's credentials`(call: String) throws {
        let outcome = try run(["-e", Self.hiding + call, Program.path])
        #expect(canary.found(in: outcome) == nil && !outcome.text.contains("[secret:"), "\(outcome)")
        #expect(
            outcome.errorText.contains("a program of another script's run does not log in with the user's credentials"),
            "\(outcome)")
    }

    @Test func `logs in where the user allows it, below vaultscript run, and with what the script hands over`() throws {
        let inner = #"spawn{ arg[1], "-e", "print(getSecret('TOKEN'))" }"#
        #expect(try run(["--allow-nested", "-e", inner, Program.path]).text == "[secret:TOKEN]\n")
        #expect(
            try run(["run", "--only", "TOKEN", "--", Program.path, "-e", "print(getSecret('TOKEN'))"]).text == "[secret:TOKEN]\n")
        let own = vault.environment.map { "\($0.key) = '\($0.value)'" }.joined(separator: ", ")
        let handed = try run(["-e", "spawn{ arg[1], '-e', 'print(getSecret([[TOKEN]]))', env = { \(own) } }", Program.path])
        #expect(handed.text == "[secret:TOKEN]\n", "\(handed)")
    }

    @Test func `runs without any secret, and reads no credentials in a file`() throws {
        let file = home.path + "/.config/vaultscript/credentials/default.env"
        let outcome = try run(["-e", "spawn{ arg[1], '-e', 'print(fs.read(arg[1]))', arg[2], env = { HOME = '/' } }", Program.path, file])
        #expect(outcome.errorText.contains("credentials stand in it, behind INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"), "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }
}
