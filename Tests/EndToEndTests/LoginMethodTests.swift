import Foundation
import TestSupport
import Testing

/// The methods that log in with what a platform says of us.
@Suite struct `Login methods` {
    private let jwt = Canary("jwt.")
    private let awsSecret = Canary("aws")
    private let session = Canary("session")

    private func vault() throws -> DevelopmentVault {
        try DevelopmentVault(
            folders: ["/": ["A": "value"]],
            identity: [
                "id": "identity-1",
                "methods": [
                    "oidc": jwt.value, "jwt": jwt.value, "kubernetes": jwt.value,
                    "aws": [
                        "accessKeyId": "AKIDEXAMPLE", "secretAccessKey": awsSecret.value, "sessionToken": session.value,
                    ],
                ],
            ])
    }

    private func environment(_ vault: DevelopmentVault, _ more: [String: String]) -> [String: String] {
        let common = [
            "INFISICAL_DOMAIN": vault.url, "INFISICAL_PROJECT_ID": vault.projectID,
            "INFISICAL_MACHINE_IDENTITY_ID": "identity-1",
        ]
        return common.merging(more) { $1 }
    }

    private func expectSilence(_ outcome: Program.Outcome) {
        for canary in [jwt, awsSecret, session] { #expect(canary.found(in: outcome) == nil, "\(outcome)") }
    }

    @Test(arguments: [("jwt", "INFISICAL_JWT"), ("oidc", "INFISICAL_JWT"), ("oidc-auth", "INFISICAL_OIDC_AUTH_JWT")])
    func `a token in the environment logs in, and is revoked`(method: String, variable: String) throws {
        let vault = try vault()
        let outcome = try Program.script(
            "print(getSecret('A'), (select(2, pcall(os.getenv, '\(variable)')).message))",
            environment: environment(vault, ["INFISICAL_AUTH_METHOD": method, variable: jwt.value]))
        #expect(outcome.text == "[secret:A]\tos.getenv: \(variable) is withheld from scripts\n", "\(outcome)")
        expectSilence(outcome)
        let calls = vault.finish()
        #expect(calls.first == "POST /api/v1/auth/\(method.prefix(while: { $0 != "-" }))-auth/login 200")
        #expect(calls.last == "POST /api/v1/auth/token/revoke 200")
    }

    @Test func `a pod's token is read from its file`() throws {
        let vault = try vault()
        let folder = try TemporaryFolder()
        let file = try folder.write("token", jwt.value + "\n", mode: 0o644)
        let variables = ["INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH": file]
        let outcome = try Program.script(
            "login{ method = 'kubernetes' } print(getSecret('A'))", environment: environment(vault, variables))
        #expect(outcome.text == "[secret:A]\n", "\(outcome)")
        expectSilence(outcome)
        let missing = try Program.script(
            "login{ method = 'kubernetes' }",
            environment: environment(vault, ["INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH": folder.path + "/no"]))
        #expect(missing.code == 2)
        #expect(
            missing.errorText.hasSuffix(
                """
                script.lua:1: login: the platform's token \(folder.path)/no cannot be read
                No such file or directory
                name the file: INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH; in a pod it is there unless \
                automountServiceAccountToken is false

                """), "\(missing)")
    }

    @Test(arguments: ["login()", "spawn{ 'true' } print(pcall(login))"])
    func `a named pipe is no file of a token, and nobody waits for who writes to it`(script: String) throws {
        let folder = try TemporaryFolder()
        let pipe = folder.path + "/pipe"
        let isMade = unsafe mkfifo(pipe, 0o600) == 0
        try #require(isMade)
        let writer = unsafe open(pipe, O_RDWR | O_CLOEXEC)
        defer { close(writer) }
        let outcome = try Program.run(
            ["-s", "KILL", "20", Program.path, "-e", script],
            environment: [
                "INFISICAL_AUTH_METHOD": "kubernetes", "INFISICAL_MACHINE_IDENTITY_ID": "id",
                "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH": pipe,
            ], program: "/usr/bin/timeout")
        #expect((outcome.text + outcome.errorText).contains("\nit is no regular file of at most 64 KiB\n"), "\(outcome)")
    }

    @Test func `a pod's token is out of a script's reach, and masked where a program shows it`() throws {
        let vault = try vault()
        let folder = try TemporaryFolder()
        let file = try folder.write("token", jwt.value + "\n", mode: 0o600)
        let profile = try folder.write(
            "own.env", "INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH=\(file)\n", mode: 0o600)
        for (variables, options) in [
            (["INFISICAL_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH": file], []), ([:], ["--credentials", profile]),
        ] {
            let outcome = try Program.script(
                """
                print((pcall(fs.read, arg[1])), (pcall(secret.file, arg[1])), (pcall(fs.write, arg[1], "x")))
                spawn{ "cat", arg[1] }
                """, [file], options: options, environment: environment(vault, variables))
            #expect(outcome.code == 0 && outcome.text == "false\tfalse\tfalse\n[secret:platform token]\n", "\(outcome)")
            expectSilence(outcome)
        }
    }

    @Test func `a job of GitHub asks for its token where the runner says`() throws {
        let vault = try vault()
        let runner = Canary("runner")
        let token = jwt.value
        let github = StubHTTPServer([.json(200, #"{"count":1,"value":"\#(token)"}"#)])
        defer { github.stop() }
        let outcome = try Program.script(
            "login{ method = 'oidc', audience = 'vault' } print(getSecret('A'))",
            environment: environment(
                vault,
                [
                    "ACTIONS_ID_TOKEN_REQUEST_URL": github.url + "/token?v=2",
                    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": runner.value,
                ]))
        #expect(outcome.text == "[secret:A]\n", "\(outcome)")
        expectSilence(outcome)
        #expect(github.requests.map(\.target) == ["/token?v=2&audience=vault"])
        #expect(github.requests.first?.headers["authorization"] == "Bearer \(runner.value)")
    }

    @Test func `a request that libcurl signs is accepted by another implementation of the signature`() throws {
        let vault = try vault()
        let keys = [
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": awsSecret.value,
            "AWS_SESSION_TOKEN": session.value, "AWS_REGION": "eu-central-1",
        ]
        let outcome = try Program.script(
            "login{ method = 'aws' } print(getSecret('A'))", environment: environment(vault, keys))
        #expect(outcome.text == "[secret:A]\n", "\(outcome)")
        expectSilence(outcome)
        let wrong = try Program.script(
            "login{ method = 'aws' }",
            environment: environment(vault, keys.merging(["AWS_SECRET_ACCESS_KEY": "another key of AWS"]) { $1 }))
        #expect(wrong.code == 3, "\(wrong)")
        #expect(wrong.errorText.contains("login at \(vault.url.dropFirst(7)) by aws was refused"), "\(wrong)")
    }

    @Test func `a token that a script hands over goes only where the user said`() throws {
        let vault = try vault()
        let script = "login{ method = 'oidc', identityId = 'identity-1', jwt = secret.env('MY_ID_TOKEN') } print(getSecret('A'))"
        let outcome = try Program.script(script, environment: environment(vault, ["MY_ID_TOKEN": jwt.value]))
        #expect(outcome.text == "[secret:A]\n", "\(outcome)")
        expectSilence(outcome)
        let unnamed = try Program.script(script, environment: ["MY_ID_TOKEN": jwt.value])
        #expect(unnamed.code == 77, "\(unnamed)")
        #expect(unnamed.errorText.contains("login: there is no host that jwt is bound to"), "\(unnamed)")
    }

    @Test func `what is not supported is refused with the way round it`() throws {
        let outcome = try Program.script(
            #"""
            for _, method in ipairs { "gcp-iam", "azure", "ldap", "oci", "alicloud", "tls-cert", "kuberntes", "x" } do
              local e = select(2, pcall(login, { method = method }))
              print(method, e.kind, e.hint)
            end
            print((select(2, pcall(login, { method = "oidc" }))))
            print((select(2, pcall(login, { method = "oidc", identityId = "x" }))))
            """#)
        #expect(
            outcome.text == """
                gcp-iam\tusage\tgive the identity OIDC auth as well: Google signs such tokens (gcloud auth print-identity-token)
                azure\tusage\tgive the identity OIDC auth as well: Azure signs such tokens for managed identities
                ldap\tusage\tgive the identity Universal Auth, and keep its client secret in a credentials file
                oci\tusage\tgive the identity Universal Auth, and keep its client secret in the instance's own vault
                alicloud\tusage\tgive the identity Universal Auth, and keep its client secret in the instance's own vault
                tls-cert\tusage\tgive the identity Universal Auth, or JWT auth with a token that your CA's tools sign
                kuberntes\tusage\tdid you mean "kubernetes"?
                x\tusage\tlog in by that method elsewhere and hand the token over in INFISICAL_TOKEN
                login: the method oidc needs the id of the machine identity
                INFISICAL_MACHINE_IDENTITY_ID is not in the environment
                add it there, or say identityId = "…"; Infisical shows it where the identity is set up
                login: there is no OIDC token to log in with
                neither INFISICAL_JWT nor, as in GitHub Actions, ACTIONS_ID_TOKEN_REQUEST_URL is set
                GitHub: permissions: { id-token: write }; GitLab: id_tokens: { INFISICAL_JWT: { aud: … } }; \
                elsewhere hand over a handle: jwt = secret.env(NAME)

                """, "\(outcome)")
    }

    /// Another identity would do the work otherwise, with rights that nobody meant.
    @Test(arguments: [
        ["INFISICAL_UNIVERSAL_AUTH_CLIENT_ID": "7f1c0a52-3a51-4d7e-9b7c-0d6a0f3c1b11"],
        ["INFISICAL_UNIVERSAL_AUTH_CLIENT_ID": "7f1c0a52-3a51-4d7e-9b7c-0d6a0f3c1b11", "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": ""],
    ])
    func `a client id without its secret does not fall back on a profile`(half: [String: String]) throws {
        let vault = try DevelopmentVault(secrets: ["A": "value-a"])
        let home = try TemporaryFolder()
        let text = vault.environment.map { "\($0.key)=\($0.value)" }.joined(separator: "\n")
        try home.write("vaultscript/credentials/default.env", text)
        let environment = half.merging(["XDG_CONFIG_HOME": home.path]) { $1 }
        let outcome = try Program.script("print(getSecret('A'))", environment: environment)
        #expect(outcome.code == 2 && outcome.text.isEmpty, "\(outcome)")
        #expect(
            outcome.errorText == """
                script.lua:1: the credentials are incomplete
                INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET is not in the environment
                add it there, or unset INFISICAL_UNIVERSAL_AUTH_CLIENT_ID to log in with a credentials file; Infisical shows both \
                where the machine identity is set up (Universal Auth)

                """, "\(outcome)")
        #expect(vault.asked.isEmpty)
        let named = try Program.script("print(getSecret('A'))", options: ["--profile", "default"], environment: environment)
        #expect(named.text == "[secret:A]\n", "\(named)")
    }

    @Test func `a service token is refused by name before anything is sent`() throws {
        let canary = Canary("st.1234.")
        let outcome = try Program.script("login()", environment: ["INFISICAL_TOKEN": canary.value])
        #expect(outcome.code == 3, "\(outcome)")
        #expect(
            outcome.errorText.hasSuffix(
                """
                script.lua:1: login: INFISICAL_TOKEN is a service token, and those are not used
                Infisical has deprecated them (st.…) in favour of machine identities
                make a machine identity with Universal Auth in the project's access control, and set \
                INFISICAL_UNIVERSAL_AUTH_CLIENT_ID and INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET

                """), "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }
}
