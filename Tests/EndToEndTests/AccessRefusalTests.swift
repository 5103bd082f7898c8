import Foundation
import TestSupport
import Testing

private let read = "getSecret('GH_PAT')"
private let mayNotRead = "secret GH_PAT may not be read\n"
private let notFound = "secret GH_PAT was not found\n"
private let place = "project PROJECT, env dev, path /"
private let checkProject = "check its id or slug, and INFISICAL_DOMAIN"
private let list = "list the names: for _, name in ipairs(login():names{ env = \"dev\", path = \"/\" }) do print(name) end"

private let takesID =
    "HOST is an older server: to list folders and to delete it takes the project's id, and it does not tell the id of "
    + "project-one\ngive the project's id in the place of its slug (Project Settings shows it): INFISICAL_PROJECT_ID, "
    + "--project or project = \"…\""

/// A server that is too old to be asked for the id of a slug.
private func olderScene() throws -> RefusalScene {
    let scene = try RefusalScene(server: ["v4": false, "projectRoutes": false])
    scene.environment["INFISICAL_PROJECT_ID"] = "project-one"
    return scene
}

private func noProject(_ project: String) -> String {
    "project \(project) was not found\nHOST knows no such project, or not for this identity (404)\n"
}

/// Table 3.4: every way in which something may not be read or is not there, each by the state that causes it.
private let rows: [RefusalRow] = [
    RefusalRow("a project that is not there", read, noProject("00000000-0000-4000-8000-000000000000") + "check the project's id or slug; it sees: project-one") {
        let scene = try RefusalScene()
        scene.environment["INFISICAL_PROJECT_ID"] = "00000000-0000-4000-8000-000000000000"
        return scene
    },
    RefusalRow("a slug that is not there", read, noProject("project-on") + "did you mean project-one?") {
        let scene = try RefusalScene()
        scene.environment["INFISICAL_PROJECT_ID"] = "project-on"
        return scene
    },
    RefusalRow("a slug that is not there, on v3", read, noProject("project-on") + checkProject) {
        let scene = try RefusalScene(server: ["v4": false, "projectRoutes": false])
        scene.environment["INFISICAL_PROJECT_ID"] = "project-on"
        return scene
    },
    RefusalRow(
        "a project of another organisation", read,
        mayNotRead
            + "project PROJECT belongs to another organisation than the identity (403)\n"
            + "use an identity of that organisation, or check the project's id"
    ) { try RefusalScene(project: ["otherOrganization": true]) },
    RefusalRow(
        "an identity that is not in the project", read,
        mayNotRead
            + "the identity is not added to project PROJECT at HOST (403)\n"
            + "add the identity to the project, with a role that reads secrets"
    ) { try RefusalScene(identity: ["projects": [String]()]) },
    RefusalRow(
        "a folder that is not there", "getSecret('GH_PAT', { path = '/wbe' })",
        notFound + "project PROJECT at HOST has no env dev, or no path /wbe in it (404)\nGH_PAT is in dev:/, not dev:/wbe"
    ) { try RefusalScene(["/web": ["OTHER": "1"]]) },
    RefusalRow(
        "a folder with a slip, of a secret that is nowhere", "getSecret('NOWHERE', { path = '/wbe' })",
        "secret NOWHERE was not found\nproject PROJECT at HOST has no env dev, or no path /wbe in it (404)\ndid you mean path /web?"
    ) { try RefusalScene(["/web": ["OTHER": "1"]]) },
    RefusalRow(
        "an environment that is not there", "getSecret('NOWHERE', { env = 'dve' })",
        "secret NOWHERE was not found\nproject PROJECT at HOST has no env dve, or no path / in it (404)\ndid you mean env dev?"
    ) { try RefusalScene() },
    RefusalRow(
        "an environment that is not there, in a list", "login():getSecrets{ env = 'prd' }",
        "the secrets of env prd, path / could not be listed\n"
            + "project PROJECT at HOST has no env prd, or no path / in it (404)\ndid you mean env prod?"
    ) { try RefusalScene() },
    RefusalRow(
        "an environment that is not there, in a list of folders", "login():folders{ env = 'prd' }",
        "the folders of env prd, path / could not be listed\n"
            + "project PROJECT at HOST has no env prd, or no path / in it (404)\ndid you mean env prod?"
    ) { try RefusalScene() },
    RefusalRow(
        "a secret that is not there", "getSecret('SOMETHING_ELSE')",
        "secret SOMETHING_ELSE was not found\nproject PROJECT at HOST has no such name in env dev, path /\n" + list
    ) { try RefusalScene() },
    RefusalRow(
        "a secret with a slip", "getSecret('GH_PTA')",
        "secret GH_PTA was not found\nproject PROJECT at HOST has no such name in env dev, path /\ndid you mean GH_PAT?"
    ) { try RefusalScene() },
    RefusalRow(
        "a secret of another folder", "getSecret('DEPLOY_KEY')",
        "secret DEPLOY_KEY was not found\nproject PROJECT at HOST has no such name in env dev, path /\n"
            + "DEPLOY_KEY is in dev:/ci, dev:/ci/old, not dev:/"
    ) { try RefusalScene(["/ci": ["DEPLOY_KEY": "1"], "/ci/old": ["DEPLOY_KEY": "0"]]) },
    RefusalRow(
        "a secret of another environment", "getSecret('GH_PAT', { env = 'prod' })",
        notFound + "project PROJECT at HOST has no such name in env prod, path /\nGH_PAT is in dev:/, not prod:/"
    ) { try RefusalScene() },
    RefusalRow(
        "a version that is not there", "getSecret('GH_PAT', { version = 7 })",
        notFound
            + "project PROJECT at HOST has no such name in env dev, path /, or no version 7 of it\n"
            + "leave version out for the newest"
    ) { try RefusalScene() },
    RefusalRow(
        "a secret that is not there, when it is to be deleted", "login():deleteSecret('NOWHERE')",
        "secret NOWHERE was not found\nproject PROJECT at HOST has no such name in env dev, path /\n" + list
    ) { try RefusalScene() },
    RefusalRow(
        "a secret that is not there, when it is to be updated",
        "login():putSecret('NOWHERE', secret.random(16), { ifVersion = 1 })",
        "secret NOWHERE could not be updated\n"
            + "there is no such secret now, version 1 was expected; nothing has been written\n"
            + "somebody else has changed it: fetch it again, decide, and give its version as ifVersion"
    ) { try RefusalScene() },
    RefusalRow(
        "a slug where an older server takes an id, in a list of folders", "login():folders()",
        "the folders of env dev, path / could not be listed\n" + takesID
    ) { try olderScene() },
    RefusalRow(
        "a slug where an older server takes an id, in a deletion", "login():deleteSecret('GH_PAT')",
        "secret GH_PAT could not be deleted\n" + takesID
    ) { try olderScene() },
    RefusalRow(
        "a secret that may not be seen", read,
        mayNotRead
            + "the identity may not describeSecret on secrets at HOST (403 PermissionDenied); its rule: describeSecret on "
            + "secrets where {\"environment\":\"*\",\"secretPath\":{\"$glob\":\"/ci/**\"}}\n"
            + "grant it to the identity for \(place), or read what the rule covers"
    ) { try RefusalScene(identity: ["access": [["path": "/ci/**"]]]) },
    RefusalRow(
        "a folder that may not be seen", "login():getSecrets()",
        "the secrets of env dev, path / may not be listed\n"
            + "the identity may not describeSecret on secrets at HOST (403 PermissionDenied)\n"
            + "grant it to the identity for \(place), or read what the rule covers"
    ) { try RefusalScene(identity: ["access": [Any]()]) },
    RefusalRow(
        "a value that may not be read", read,
        mayNotRead
            + "the identity may see this secret, not its value (403)\ngrant it readValue on secrets in \(place)"
    ) { try RefusalScene(identity: ["access": [["actions": ["describe"]]]]) },
    RefusalRow(
        "a reference to what may not be read", "getSecret('URL')",
        "secret URL may not be read\nit refers to another secret that the identity may not read (403)\n"
            + "grant the identity readValue on the secret that ${…} in the value names"
    ) {
        try RefusalScene(
            ["/": ["URL": "https://${dev.ci.DEPLOY_KEY}@h"], "/ci": ["DEPLOY_KEY": "1"]],
            identity: ["access": [["path": "/"]]])
    },
    RefusalRow(
        "a reference to what may not be read, in a list", "login():getSecrets()",
        "the secrets of env dev, path / may not be listed\n"
            + "a secret of the folder refers to one that the identity may not read (403)\n"
            + "grant the identity readValue on what the ${…} references name"
    ) {
        try RefusalScene(
            ["/": ["URL": "https://${dev.ci.DEPLOY_KEY}@h"], "/ci": ["DEPLOY_KEY": "1"]],
            identity: ["access": [["path": "/"]]])
    },
]

@Suite struct `Refused readings` {
    @Test(arguments: rows) func `say why, with what to do next`(row: RefusalRow) throws {
        let scene = try row.check()
        // One login, one question that was refused, and few more for what is near: none after a refusal.
        let asked = scene.vault.asked.filter { $0.hasPrefix("GET") && !$0.contains("/slug/") }
        let limit = row.want.contains("403") ? 1 : scene.vault.log.contains { $0.contains("/api/v4/") && $0.hasSuffix(" 404") } ? 5 : 6
        #expect(asked.count <= limit, "\(scene.vault.log)")
        #expect(scene.vault.asked.count { $0 == "POST /v1/auth/universal-auth/login" } == 1)
    }

    @Test func `a secret that is removed before it is updated was not found`() throws {
        let scene = try RefusalScene()
        let own = scene.vault.environment
        // Between the look at its version and the update.
        scene.place(
            VaultFront(of: scene.vault.url) { request, moment in
                guard request.method == "PATCH", moment == .asked else { return }
                _ = try? Program.run(["delete", "--yes", "GH_PAT"], environment: own)
            })
        let outcome = try Program.script(
            "login():putSecret('GH_PAT', secret.random(16), { ifVersion = 1 })", environment: scene.environment)
        let want =
            "secret GH_PAT was not found\nproject PROJECT at HOST has no such name in env dev, path /\n\(list)\n"
            .replacing("PROJECT", with: scene.vault.projectID).replacing("HOST", with: scene.host)
        #expect(outcome.code == 3 && outcome.errorText.hasSuffix("script.lua:1: " + want), "\(outcome)")
    }

    @Test func `an older server takes the id where it does not take the slug, and all else by the slug`() throws {
        let scene = try olderScene()
        let listed = try Program.run(["secrets"], environment: scene.environment)
        #expect(listed.code == 3 && listed.errorText.hasSuffix("--project or project = \"…\"\n"), "\(listed)")
        let used = try Program.script(
            "getSecret('GH_PAT') login():putSecret('NEW', secret.random(16)) print(table.concat(login():names(), ' '))",
            environment: scene.environment)
        #expect(used.text == "GH_PAT NEW\n" && used.code == 0, "\(used)")
        scene.environment["INFISICAL_PROJECT_ID"] = scene.vault.projectID
        let deleted = try Program.run(["delete", "--yes", "NEW"], environment: scene.environment)
        #expect(deleted.text == "NEW deleted\n" && deleted.code == 0, "\(deleted)")
        #expect(try Program.run(["secrets"], environment: scene.environment).text == "GH_PAT  version 1\n")
    }

    @Test func `names that are near are asked for without values, and only when something is missing`() throws {
        let scene = try RefusalScene(["/ci": ["DEPLOY_KEY": "1"]])
        let front = VaultFront(of: scene.vault.url)
        scene.place(front)
        let outcome = try Program.script(
            "print(getSecret('NONE', { optional = true })) getSecret('DEPLOY_KEY')", environment: scene.environment)
        #expect(outcome.errorText.contains("DEPLOY_KEY is in dev:/ci, not dev:/"), "\(outcome)")
        let asked = front.requests.filter { $0.method == "GET" }.map(\.target)
        #expect(asked.count == 3, "\(asked)")
        #expect(asked[2].contains("viewSecretValue=false") && asked[2].contains("recursive=true"), "\(asked)")
    }

    @Test func `names of places that may not be seen are not told`() throws {
        let scene = try RefusalScene(
            ["/ci": ["DEPLOY_KEY": "1"]], identity: ["access": [["path": "/"], ["environment": "prod"]]])
        let outcome = try Program.script("getSecret('DEPLOY_KEY')", environment: scene.environment)
        #expect(outcome.code == 3 && outcome.errorText.hasSuffix(list + "\n"), "\(outcome)")
    }
}
