import Foundation
import TestSupport
import Testing

/// A vault whose credentials the script brings along may be its author's: no value of it answers a question about one of
/// the user's, and none of the user's goes there.
@Suite struct `A vault that the script brings along` {
    private func credentials(_ vault: DevelopmentVault, _ folder: TemporaryFolder) throws -> String {
        try folder.write(
            "own.env", vault.environment.map { "\($0.key)=\($0.value)\n" }.sorted().joined(), mode: 0o600)
    }

    @Test func `widens no mask of the user's values`() throws {
        let canary = Canary()
        let user = try DevelopmentVault(secrets: ["TOKEN": canary.value])
        let author = try DevelopmentVault(secrets: ["GUESS": "lead" + canary.value.prefix(8), "OTHER": "lead-and-no-more"])
        let folder = try TemporaryFolder()
        let file = try credentials(author, folder)
        for order in ["user", "author"] {
            let outcome = try Program.script(
                #"""
                local user = login()
                local token = arg[2] == "user" and user:getSecret("TOKEN")
                local all = login{ credentials = arg[1] }:getSecrets()
                token = token or user:getSecret("TOKEN")
                spawn{ "sh", "-c", 'echo "lead$T"; echo "$G"', env = { T = token, G = all.GUESS } }
                """#, [file, order], environment: user.environment)
            #expect(outcome.text == "lead[secret:TOKEN]\n[secret:GUESS]\n", "\(outcome)")
        }
    }

    @Test func `has values that are taken apart as the user's are`() throws {
        let canary = Canary()
        let inner = Data(canary.value.utf8).base64EncodedString()
        let other = try DevelopmentVault(secrets: ["JSON": "{\"a\":\"\(canary.value)\"}", "TEXT": inner])
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            local vault = login{ credentials = arg[1] }
            local taken = { secret.field(vault:getSecret("JSON"), "a"), secret.base64Decode(vault:getSecret("TEXT")) }
            for _, h in ipairs(taken) do spawn{ "sh", "-c", 'test "$T" = "$W" && echo same', env = { T = h, W = taken[1] } } end
            """#, [try credentials(other, folder)])
        #expect(outcome.text == "same\nsame\n", "\(outcome)")
    }

    @Test func `has values that captured guesses do not read`() throws {
        let canary = Canary()
        let other = try DevelopmentVault(secrets: ["TOKEN": canary.value])
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            local token = login{ credentials = arg[1] }:getSecret("TOKEN")
            spawn{ "printf", "%s", "lead" .. arg[2], capture = "secret" }
            spawn{ "sh", "-c", 'echo "lead$T"', env = { T = token } }
            """#, [try credentials(other, folder), String(canary.value.prefix(8))])
        #expect(outcome.text == "lead[secret:TOKEN]\n", "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    /// Its author would choose what reaches into a draw, and see the rest of it.
    @Test func `lays no draws and no hashes bare`() throws {
        let user = try DevelopmentVault(secrets: ["TOKEN": Canary().value])
        let guesses = "0123456789abcdef".map { ("Q\($0)", "QQQQQQQQ\($0)") }
        let author = try DevelopmentVault(secrets: Dictionary(uniqueKeysWithValues: guesses))
        let folder = try TemporaryFolder()
        let outcome = try Program.script(
            #"""
            local token = getSecret("TOKEN")
            local made = { secret.random(32, { format = "hex" }), secret.hmac("sha256", token, "message") }
            local all = login{ credentials = arg[1] }:getSecrets()
            made[3] = secret.random(32, { format = "hex" })
            for _, h in ipairs(made) do
              spawn{ "sh", "-c", 'echo "QQQQQQQQ$T"', env = { T = h } }
            end
            """#, [try credentials(author, folder)], environment: user.environment)
        let shown = ["random", "hmac", "random"].map { "QQQQQQQQ[secret:\($0)]\n" }
        #expect(outcome.text == shown.joined(), "\(outcome)")
    }

    /// The user's token is accepted by an identity that the script names: the account is of the script's choice.
    @Test func `is one of an identity that only the script names`() throws {
        let (canary, jwt) = (Canary(), Canary("jwt."))
        let guesses = ["GUESS": "lead" + canary.value.prefix(8), "OTHER": "lead" + jwt.value.prefix(12)]
        let vault = try DevelopmentVault(
            folders: ["/": guesses], identity: ["id": "identity-1", "methods": ["jwt": jwt.value]])
        let folder = try TemporaryFolder()
        let token = try folder.write("token", "lead\(jwt.value)")
        let made = try folder.write(
            "made.env", "INFISICAL_MACHINE_IDENTITY_ID=identity-1\nINFISICAL_AUTH_METHOD=jwt\n", mode: 0o600)
        let script = #"""
            local vault = login(arg[1] == "file" and { credentials = arg[3] } or { method = "jwt", identityId = "identity-1" })
            local guess, other = vault:getSecret("GUESS"), vault:getSecret("OTHER")
            spawn{ "sh", "-c", 'echo "lead$T"; cat "$0"', arg[2], env = { T = secret.env("MY_TOKEN") } }
            """#
        var environment = [
            "INFISICAL_DOMAIN": vault.url, "INFISICAL_PROJECT_ID": vault.projectID, "INFISICAL_JWT": jwt.value,
            "MY_TOKEN": canary.value, "INFISICAL_MACHINE_IDENTITY_ID": "of-the-user",
        ]
        for named in ["of-the-user", ""] {
            environment["INFISICAL_MACHINE_IDENTITY_ID"] = named
            for way in ["option", "file"] {
                let outcome = try Program.script(script, [way, token, made], environment: environment)
                #expect(outcome.text.hasPrefix("lead[secret:MY_TOKEN]\nlead[secret:"), "\(outcome)")
                #expect(!outcome.text.contains("OTHER") && jwt.found(in: outcome) == nil, "\(outcome)")
            }
        }
        let limited = """
            recipe{ name = "r", secrets = { "GUESS" } }
            print(login{ method = "jwt", identityId = "identity-1" }:getSecret("GUESS"))
            """
        let refused = try Program.script(limited, environment: environment)
        #expect(refused.code == 77 && refused.errorText.contains("login: the host 127.0.0.1"), "\(refused)")
        environment["INFISICAL_MACHINE_IDENTITY_ID"] = "identity-1"
        let usual = try Program.script(limited, environment: environment)
        #expect(usual.text == "[secret:GUESS]\n", "\(usual)")
    }

    @Test func `is no way out of a recipe that declares no host`() throws {
        let user = try DevelopmentVault(secrets: ["TOKEN": Canary().value])
        let author = try DevelopmentVault(secrets: ["TOKEN": "text"])
        let folder = try TemporaryFolder()
        let file = try credentials(author, folder)
        let head = #"recipe{ name = "r", secrets = { "TOKEN" } } "#
        let refused = try Program.script(
            head + "getSecret('TOKEN') print(login{ credentials = '\(file)' })", environment: user.environment)
        #expect(refused.code == 77 && refused.text.isEmpty, "\(refused)")
        #expect(refused.errorText.contains("the host 127.0.0.1"), "\(refused)")
        let place = "{ name = 'TOKEN', project = '\(author.projectID)' }"
        let named = try Program.script(
            "recipe{ name = 'r', secrets = { \(place) }, hosts = { '\(author.url.dropFirst(7))' } } "
                + "print(login{ credentials = '\(file)' }:getSecret('TOKEN'))", options: ["--domain", author.url])
        #expect(named.text == "[secret:TOKEN]\n", "\(named)")
        // At the user's own host, too, the account may be anybody's.
        let own = try credentials(user, folder)
        let same = try Program.script(
            head + "print(login{ credentials = '\(own)' })", options: ["--domain", user.url])
        #expect(same.code == 77 && same.errorText.contains("login: the host 127.0.0.1"), "\(same)")
    }
}
