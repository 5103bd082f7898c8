import Foundation
import TestSupport
import Testing

private let refused = "login at HOST was refused: "
private let newSecret = "make a new client secret for the identity"
private let inTime =
    "replace it in time, by hand: make a new client secret in Infisical, and put it where the environment gets it from "
    + "(vaultscript help infisical)"
private let aScript = "what a script needs, and what the identity sees beyond that: vaultscript doctor FILE.lua"
private let recipe = #"recipe{ name = "deploy", secrets = { "GH_PAT", { path = "/web" } } } error("never run")"#

private let olderServer =
    "HOST is an older server: to list folders and to delete it takes the project's id, and it does not tell the id of project-one"
private let takesID =
    "give the project's id in the place of its slug (Project Settings shows it): INFISICAL_PROJECT_ID, --project or project = "
    + "\"…\""

private func olderScene() throws -> DoctorScene {
    let scene = DoctorScene(try RefusalScene(server: ["v4": false, "projectRoutes": false]))
    scene.environment["INFISICAL_PROJECT_ID"] = "project-one"
    return scene
}

/// What is as it should be, and what is to be looked at.
private let wellRows: [DoctorRow] = [
    DoctorRow(
        "all is well", code: 0, "all is well: bot can read 1 secret of env dev, path /",
        next: aScript
    ) { DoctorScene(try RefusalScene(identity: ["name": "bot"])) },
    DoctorRow(
        "all that a script needs", code: 0, script: recipe, "all is well: bot can read the 2 secrets that {script} needs",
        next: "run it: vaultscript {script}"
    ) { DoctorScene(try RefusalScene(["/web": ["OTHER": Canary().value]], identity: ["name": "bot"])) },
    DoctorRow(
        "more than a script needs", code: 0, script: recipe,
        line: "not needed: env prod, path /ops: ROOT_KEY\n",
        "all is well: bot can read the 2 secrets that {script} needs, and sees 1 more",
        next: "give the identity a role that covers what is needed and no more (least privilege)"
    ) {
        let vault = try DevelopmentVault(
            environments: [
                "dev": ["/": ["GH_PAT": Canary().value], "/web": ["OTHER": Canary().value]],
                "prod": ["/ops": ["ROOT_KEY": Canary().value]],
            ], identity: ["name": "bot"])
        return DoctorScene(vault.environment, host: vault.host, values: [vault.clientSecret], keeping: [vault])
    },
    DoctorRow(
        "a script without a recipe", code: 0, script: #"local vault = login() local NAME = "GH_PAT" spawn{ "x", env = { A = getSecret(NAME), B = vault:getSecret("OTHER", { path = "/web" }) } }"#,
        line: "note     secrets        {script} has no recipe{}: looked for the 2 names its getSecret calls hold\n",
        "all is well: bot can read the 2 secrets that {script} names", next: "run it: vaultscript {script}"
    ) { DoctorScene(try RefusalScene(["/web": ["OTHER": Canary().value]], identity: ["name": "bot"])) },
    DoctorRow(
        "a script without a recipe whose calls are not all literal", code: 0,
        script: #"for _, name in ipairs(arg) do getSecret(name) end pcall(getSecret, "X") getSecret("NO", { optional = true }) getSecret("GH_PAT")"#,
        line: "note     secrets        2 calls are not looked at: a name or place is no literal, or there is more than one login\n",
        "all is well: bot can read the 1 secret that {script} names; what else it reads is not known",
        next: "run it: vaultscript {script}"
    ) { DoctorScene(try RefusalScene(["/web": ["OTHER": Canary().value]], identity: ["name": "bot"])) },
    DoctorRow(
        "a script that names no secret", code: 0, script: "print(1)",
        line: "{script} has no recipe{}, and no call of getSecret with a literal name: the folder is looked at\n",
        "all is well: bot can read 1 secret of env dev, path /", next: "run it: vaultscript {script}"
    ) { DoctorScene(try RefusalScene(identity: ["name": "bot"])) },
    DoctorRow(
        "a script that reads a folder", code: 0, script: #"getSecrets{ path = "/web" } getSecrets{ only = { "GH_PAT" } }"#,
        line: "looked for the 1 name its getSecret calls hold and the folder its getSecrets calls read\n",
        "all is well: bot can read the 2 secrets that {script} names", next: "run it: vaultscript {script}"
    ) { DoctorScene(try RefusalScene(["/web": ["OTHER": Canary().value]], identity: ["name": "bot"])) },
    DoctorRow(
        "an end that the file says never comes", code: 0, "all is well: bot can read 1 secret of env dev, path /", next: aScript
    ) {
        let scene = DoctorScene(try RefusalScene(identity: ["name": "bot"]))
        scene.environment["VAULTSCRIPT_CLIENT_SECRET_EXPIRES"] = "never"
        return scene
    },
    DoctorRow(
        "an end of the client secret that the file tells", code: 0,
        "it works, but the client secret expires on DAY, in 14 days, as the environment says", next: inTime
    ) {
        let scene = DoctorScene(try RefusalScene())
        scene.environment["VAULTSCRIPT_CLIENT_SECRET_EXPIRES"] = UTCDay.text(in: 14)
        return scene
    },
    DoctorRow(
        "an end that is far", code: 0, line: "it ends on DAY, as the environment says",
        "all is well: bot can read 1 secret of env dev, path /",
        next: aScript
    ) {
        let scene = DoctorScene(try RefusalScene(identity: ["name": "bot"]))
        scene.environment["VAULTSCRIPT_CLIENT_SECRET_EXPIRES"] = UTCDay.text(in: 15)
        return scene
    },
    DoctorRow(
        "an end that the server tells", code: 0,
        "it works, but the client secret expires on DAY, tomorrow, as HOST says", next: inTime
    ) { DoctorScene(try RefusalScene(identity: ["managesSecrets": true, "secretTtl": 86400])) },
    DoctorRow(
        "a client secret that is nearly used up", code: 0,
        "it works, but the client secret is good for 4 more logins", next: inTime
    ) { DoctorScene(try RefusalScene(identity: ["managesSecrets": true, "secretUses": 5])) },
    DoctorRow(
        "an older server", code: 0, line: "HOST answers, and is an older Infisical: its former API for secrets (v3) is used",
        "all is well: bot can read 1 secret of env dev, path /",
        next: aScript
    ) { DoctorScene(try RefusalScene(server: ["v4": false], identity: ["name": "bot"])) },
    DoctorRow(
        "an older server, and a slug that it does not know everywhere", code: 0,
        line: "warning  project        HOST is an older server",
        "it works, but " + olderServer, next: takesID
    ) { try olderScene() },
    DoctorRow(
        "an older server, and an id", code: 0,
        line: "the projects of the identity could not be listed at HOST: HOST has no such API (404 Route not found)",
        "all is well: bot can read 1 secret of env dev, path /; what else it sees could not be looked at in full", next: aScript
    ) { DoctorScene(try RefusalScene(server: ["v4": false, "projectRoutes": false], identity: ["name": "bot"])) },
    DoctorRow(
        "a wrong clock", code: 0, "it works, but the clock of this machine is N s ahead of that of HOST",
        next: "set the clock (timedatectl): certificates and the tokens of platforms are judged by it"
    ) { DoctorScene(FaultyVault.answering("/api/status", with: #"{"message":"Ok","date":"2024-01-01T00:00:00.000Z"}"#)) },
    DoctorRow(
        "an empty folder", code: 0, "it works, but there is no secret to be seen in env prod, path /",
        next: "look at env and path: vaultscript secrets --env prod --path /"
    ) {
        let scene = DoctorScene(try RefusalScene())
        scene.environment["INFISICAL_ENVIRONMENT"] = "prod"
        return scene
    },
]

/// Refusals of the login and of the token (tables 3.2 and 3.3).
private let loginRows: [DoctorRow] = [
    DoctorRow(
        "an unknown client id",
        refused
            + "401 Invalid credentials: another region or instance, a wrong or revoked client id or secret, or a secret "
            + "that expired or was used up and already said so",
        next: "check INFISICAL_DOMAIN (asked was HOST) and the client id, then make a new client secret"
    ) {
        let scene = DoctorScene(try RefusalScene())
        scene.environment["INFISICAL_UNIVERSAL_AUTH_CLIENT_ID"] = UUID().uuidString.lowercased()
        return scene
    },
    DoctorRow(
        "client id and client secret exchanged",
        line: "the client id has not the form of one (a UUID); client id and client secret may be exchanged",
        refused
            + "401 Invalid credentials: another region or instance, a wrong or revoked client id or secret, or a secret "
            + "that expired or was used up and already said so",
        next: "check INFISICAL_DOMAIN (asked was HOST) and the client id, then make a new client secret"
    ) {
        let refusal = try RefusalScene()
        let scene = DoctorScene(refusal)
        scene.environment["INFISICAL_UNIVERSAL_AUTH_CLIENT_ID"] = "not-a-client-id"
        scene.environment["INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"] = refusal.vault.clientID
        return scene
    },
    DoctorRow(
        "an unknown client id at an older server",
        refused
            + "no identity there has this client id (404): another region or instance, a typo, or a deleted identity",
        next: "check the client id and INFISICAL_DOMAIN; asked was HOST"
    ) {
        let scene = DoctorScene(try RefusalScene(server: ["oldUnknownClientMessage": true]))
        scene.environment["INFISICAL_UNIVERSAL_AUTH_CLIENT_ID"] = UUID().uuidString.lowercased()
        return scene
    },
    DoctorRow(
        "trusted IPs of the client secret",
        refused + "this machine's address is not in the client secret's trusted IPs (403)",
        next: "add it to \"Client Secret Trusted IPs\" in the identity's Universal Auth; behind a proxy the server may see "
            + "another address"
    ) { DoctorScene(try RefusalScene(identity: ["trustedIps": ["10.0.0.0/8"]])) },
    DoctorRow(
        "trusted IPs of the token", line: "ok       login          HOST took it\n",
        "the access token was refused by HOST: this machine's address is not in the access token's trusted IPs (403), a "
            + "list of its own beside the client secret's",
        next: "add it to \"Access Token Trusted IPs\" in the identity's Universal Auth; behind a proxy the server may see "
            + "another address"
    ) { DoctorScene(try RefusalScene(identity: ["accessTokenTrustedIps": ["10.0.0.0/8"]])) },
    DoctorRow(
        "an expired client secret",
        refused
            + "the client secret has expired (401); keep this message: from now on the server only says Invalid credentials",
        next: newSecret
    ) { DoctorScene(try RefusalScene(identity: ["secretTtl": -1])) },
    DoctorRow(
        "an expired client secret that a script was told of", before: "login()",
        refused
            + "401 Invalid credentials: on TIME HOST said that the client secret of this client id had expired, which it "
            + "says only once",
        next: newSecret + "; if this is a new one, check it and INFISICAL_DOMAIN (asked was HOST)"
    ) { DoctorScene(try RefusalScene(identity: ["secretTtl": -1])) },
    DoctorRow(
        "a used up client secret that a script was told of", before: "login() login()",
        refused
            + "401 Invalid credentials: on TIME HOST said that the client secret of this client id had been used as often "
            + "as it may, which it says only once",
        next: newSecret + "; if this is a new one, check it and INFISICAL_DOMAIN (asked was HOST)"
    ) { DoctorScene(try RefusalScene(identity: ["secretUses": 1])) },
    DoctorRow(
        "a used up client secret", before: "login()",
        refused
            + "the client secret has been used as often as it may (401); keep this message: from now on the server only "
            + "says Invalid credentials",
        next: newSecret + ", with a higher limit"
    ) { DoctorScene(try RefusalScene(identity: ["secretUses": 1])) },
    DoctorRow(
        "a lock, and how long", refused + "the identity is locked after repeated failures (401)",
        next: "wait: by default 3 failures within 30 s lock it for 300 s; find what keeps failing with an old secret; "
            + "at the development vault: start it anew"
    ) {
        let scene = try RefusalScene()
        for _ in 0..<3 {
            _ = try scene.vault.post(
                "/api/v1/auth/universal-auth/login", ["clientId": scene.vault.clientID, "clientSecret": "wrong"])
        }
        return DoctorScene(scene)
    },
    DoctorRow(
        "a lock, and what was said before it", before: "for _ = 1, 4 do pcall(login) end",
        refused
            + "the identity is locked after repeated failures (401); on TIME HOST said that the client secret of this client "
            + "id had expired, which it says only once",
        next: newSecret + "; the lock ends by itself (by default after 300 s); at the development vault: start it anew"
    ) { DoctorScene(try RefusalScene(identity: ["secretTtl": -1])) },
    DoctorRow(
        "a token of another instance",
        "the access token was refused by HOST: it was issued by another instance or region (403 TokenError, invalid "
            + "signature)",
        next: "set INFISICAL_DOMAIN to where the token is from; asked was HOST"
    ) {
        let other = try DevelopmentVault(secrets: [:])
        let scene = try RefusalScene()
        scene.use(token: try other.token())
        return DoctorScene(scene)
    },
]

/// What may not be read, or is not there (table 3.4).
private let readingRows: [DoctorRow] = [
    DoctorRow(
        "a name that a script without a recipe has wrong", script: "local vault = login() print(vault:getSecret'GH_PTA')",
        line: "{script} has no recipe{}: looked for the 1 name its getSecret calls hold\n",
        "secret GH_PTA was not found: project {project} at HOST has no such name in env dev, path /", next: "did you mean GH_PAT?"
    ) { DoctorScene(try RefusalScene()) },
    DoctorRow(
        "a wrong project", "project project-on was not found: HOST knows no such project, or not for this identity (404)",
        next: "did you mean project-one?"
    ) {
        let scene = DoctorScene(try RefusalScene())
        scene.environment["INFISICAL_PROJECT_ID"] = "project-on"
        return scene
    },
    DoctorRow(
        "an identity that is not in the project",
        "the secrets of env dev, path / may not be listed: the identity is not added to project {project} at HOST (403)",
        next: "add the identity to the project, with a role that reads secrets"
    ) { DoctorScene(try RefusalScene(identity: ["projects": [String]()])) },
    DoctorRow(
        "a project of another organisation",
        "the secrets of env dev, path / may not be listed: project {project} belongs to another organisation than the "
            + "identity (403)",
        next: "use an identity of that organisation, or check the project's id"
    ) { DoctorScene(try RefusalScene(project: ["otherOrganization": true])) },
    DoctorRow(
        "a missing right, with its rule", script: recipe,
        "secret GH_PAT may not be read: the identity may not describeSecret on secrets at HOST (403 PermissionDenied); its "
            + "rule: describeSecret on secrets where {\"environment\":\"*\",\"secretPath\":{\"$glob\":\"/web/**\"}}",
        next: "grant it to the identity for project {project}, env dev, path /, or read what the rule covers"
    ) {
        DoctorScene(
            try RefusalScene(["/web": ["OTHER": Canary().value]], identity: ["access": [["path": "/web/**"]]]))
    },
    DoctorRow(
        "a value that may not be read",
        "secret GH_PAT may not be read: the identity may see this secret, not its value (403)",
        next: "grant it readValue on secrets in project {project}, env dev, path /"
    ) { DoctorScene(try RefusalScene(identity: ["access": [["actions": ["describe"]]]])) },
    DoctorRow(
        "an environment with a slip", options: ["--env", "prd"],
        "the secrets of env prd, path / could not be listed: project {project} at HOST has no env prd, or no path / in it (404)",
        next: "did you mean env prod?"
    ) { DoctorScene(try RefusalScene()) },
    DoctorRow(
        "a folder with a slip", options: ["--path", "/wbe"],
        "the secrets of env dev, path /wbe could not be listed: project {project} at HOST has no env dev, or no path /wbe in "
            + "it (404)",
        next: "did you mean path /web?"
    ) { DoctorScene(try RefusalScene(["/web": ["OTHER": Canary().value]])) },
    DoctorRow(
        "a place that the recipe names",
        script:
            #"recipe{ name = "a", secrets = { { name = "GH_PAT", project = "project-one", env = "prod" } } } local v = login{ env = "prod" }"#,
        "secret GH_PAT was not found: project project-one at HOST has no such name in env prod, path /",
        next: "GH_PAT is in dev:/, not prod:/"
    ) {
        let scene = DoctorScene(try RefusalScene())
        scene.environment["INFISICAL_PROJECT_ID"] = nil
        return scene
    },
    DoctorRow(
        "a login of which a part is made by code",
        script: #"recipe{ name = "a", secrets = { "GH_PTA" } } local v = login{ env = os.getenv("E") }"#,
        line: "the script's login makes these by code, and they are not looked at: env\n",
        "secret GH_PTA was not found: project {project} at HOST has no such name in env dev, path /",
        next: "did you mean GH_PAT?"
    ) { DoctorScene(try RefusalScene()) },
    DoctorRow(
        "two secrets with a slip", script: #"recipe{ name = "a", secrets = { "GH_PTA", "GH_PAT", "GH_PT" } }"#,
        line: "ok       secrets        GH_PAT can be read\n",
        "secret GH_PTA was not found: project {project} at HOST has no such name in env dev, path / (and 1 more, above)",
        next: "did you mean GH_PAT?"
    ) { DoctorScene(try RefusalScene()) },
    DoctorRow(
        "a variable that is not set", script: #"recipe{ name = "a", secrets = { "env:DEPLOY_KEY" } }"#,
        "the environment has no variable DEPLOY_KEY", next: "set it for this command, or look at its name"
    ) { DoctorScene(try RefusalScene()) },
]

/// What is wrong before anybody is asked.
private let configurationRows: [DoctorRow] = [
    DoctorRow(
        "no project", code: 2, "doctor: it is not known which project is meant: a machine identity can be in several",
        next: "say --project, or INFISICAL_PROJECT_ID in the credentials file or the environment"
    ) {
        let scene = DoctorScene(try RefusalScene())
        scene.environment["INFISICAL_PROJECT_ID"] = nil
        return scene
    },
    DoctorRow(
        "half of the credentials", code: 2,
        "the credentials are incomplete: INFISICAL_UNIVERSAL_AUTH_CLIENT_ID is not in the environment",
        next: "add it there, or unset INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET to log in with a credentials file; Infisical shows "
            + "both where the machine identity is set up (Universal Auth)"
    ) {
        let scene = DoctorScene(domain: "us")
        scene.environment["INFISICAL_UNIVERSAL_AUTH_CLIENT_ID"] = nil
        return scene
    },
    DoctorRow(
        "the other half of the credentials", code: 2,
        "the credentials are incomplete: INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET is not in the environment",
        next: "add it there, or unset INFISICAL_UNIVERSAL_AUTH_CLIENT_ID to log in with a credentials file; Infisical shows "
            + "both where the machine identity is set up (Universal Auth)"
    ) {
        let scene = DoctorScene(domain: "us")
        scene.environment["INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"] = nil
        return scene
    },
    DoctorRow(
        "a date that is none", code: 2, "VAULTSCRIPT_CLIENT_SECRET_EXPIRES is no date: it stands in the environment",
        next: "write it as year, month and day, such as VAULTSCRIPT_CLIENT_SECRET_EXPIRES=DAY, or never"
    ) { DoctorScene(domain: "us", ["VAULTSCRIPT_CLIENT_SECRET_EXPIRES": "2026-02-30"]) },
    DoctorRow(
        "an address in clear text", code: 2,
        "login: the address of vault.example.org is not encrypted: the client secret would go there in clear text; nothing "
            + "has been sent",
        next: "use https, or say --allow-http where the network is your own"
    ) { DoctorScene(domain: "http://vault.example.org") },
]

@Suite struct `Doctor` {
    @Test(arguments: wellRows) func `says what is well`(row: DoctorRow) throws { try row.check() }

    @Test(arguments: loginRows) func `says why a login is refused`(row: DoctorRow) throws { try row.check() }

    @Test(arguments: readingRows) func `says why something cannot be read`(row: DoctorRow) throws { try row.check() }

    @Test(arguments: configurationRows) func `says what is wrong in the configuration`(row: DoctorRow) throws {
        try row.check()
    }
}
