extension API.Section {
    /// Logging in.
    static let sessions = API.Section(
        title: "Sessions",
        doc: """
            login asks the server when it is called. Precedence of what it takes: command line, script option, environment, \
            credentials file, default. A token that the host minted is revoked at the end of the run.
            """,
        members: [
            .function(
                Function(
                    "login(options?: LoginOptions): Session", "Logs in; the global getSecret takes the newest session.")
            )
        ],
        objects: [.session, .lease],
        options: [
            OptionTable(
                "LoginOptions", of: "login",
                [
                    Option("profile: string", "the credentials file of that name", default: "\"default\""),
                    Option("credentials: string", "the path of a credentials file; its host counts for what it holds"),
                    Option("provider: \"infisical\"", "the kind of vault", default: "\"infisical\""),
                    // A text: the names that other clients have for the methods are taken too.
                    Option(
                        "method: string", "universal-auth, token, oidc, jwt, kubernetes or aws",
                        default: "by what there is"),
                    Option("domain: string", "us, eu or a URL; only one that the user bound to the credentials"),
                    Option("organization: string", "the slug of a sub-organisation"),
                    Option("project: string", "the id or slug of the project"),
                    Option("env: string", "the slug of the environment", default: "\"dev\""),
                    Option("environment: string", "the same as env"),
                    Option("path: string", "the folder, such as \"/web\"", default: "\"/\""),
                    Option("clientId: string", "the identity's client id"),
                    Option("clientSecret: Secret", "the identity's client secret; never a text"),
                    Option("identityId: string", "the machine identity, for what logs in with a platform's word"),
                    Option("jwt: Secret", "the platform's token, for oidc, jwt and kubernetes; never a text"),
                    Option("audience: string", "for whom a GitHub job asks its token"),
                ]),
            OptionTable(
                "LeaseOptions", of: "lease",
                OptionTable.place + [
                    Option(
                        "ttl: duration", "how long it lives unless it is renewed; a minute or more",
                        default: "the vault's")
                ]),
            OptionTable(
                "PutOptions", of: "putSecret",
                OptionTable.place + [
                    Option("ifVersion: integer", "only if this is the newest version; 0: only if there is none"),
                    Option("comment: string", "a comment that the vault keeps with it"),
                ] + OptionTable.approval),
            OptionTable(
                "PutManyOptions", of: "putSecrets",
                OptionTable.place + [
                    Option("comment: string", "a comment that the vault keeps with each")
                ] + OptionTable.approval),
            OptionTable(
                "DeleteOptions", of: "deleteSecret",
                OptionTable.place + [
                    Option("ifVersion: integer", "only if this is the newest version"),
                    Option("optional: boolean", "false where there is none, no error", default: "false"),
                ] + OptionTable.approval),
        ])
}

extension OptionTable {
    /// What a policy of the vault may make of a change.
    static let approval = [
        Option(
            "allowApproval: boolean", "gives nil and \"approval\" where the change has to be approved, no error",
            default: "false")
    ]
}

extension API.Object {
    static let session = API.Object(
        name: "Session", doc: "What login gives: a vault, a project, an environment and a folder.",
        methods: [
            Function("getSecret(name: string, options?: GetSecretOptions): Secret?", "Fetches a secret."),
            Function(
                "getSecrets(options?: FolderSecretsOptions): map<Secret>",
                "Fetches all secrets of a folder: names to handles."),
            Function("names(options?: NamesOptions): any", "The names of the secrets of a folder, never values."),
            Function(
                "putSecret(name: string, value: Secret, options?: PutOptions): integer?, string",
                "Creates or updates a secret; gives the new version, and \"created\" or \"updated\"."),
            Function(
                "putSecrets(values: map<Secret>, options?: PutManyOptions): table?, string?",
                "The same for at most 1000 of one folder; gives the versions by name."),
            Function(
                "deleteSecret(name: string, options?: DeleteOptions): boolean?, string?",
                "Removes a secret; false where it is optional and not there."),
            Function("folders(options?: FoldersOptions): string[]", "The names of the folders below a folder."),
            Function("identity(): table", "As whom the session acts, and how long its token lives."),
            Function(
                "lease(name: string, options?: LeaseOptions): Lease",
                "Makes an account of a dynamic secret: a handle for each part, renewed until its end, then revoked."),
            Function("renew()", "Renews the token."),
            Function("logout()", "Revokes the token that the host minted."),
        ], isOpaque: true)

    static let lease = API.Object(
        name: "Lease",
        doc:
            "An account of a dynamic secret. Its parts are handles under their own names; <close> ends it with the scope.",
        methods: [
            Function("renew(ttl?: duration): string", "Gives it a new end; gives that."),
            Function("revoke()", "Ends the account; its handles end with it."),
            Function("expires(): string", "When it ends."),
        ],
        fields: [
            Option("name: string", "the dynamic secret's name"), Option("id: string", "the lease's id in the vault"),
            Option("secrets: map<Secret>", "the parts by name"),
        ], isOpaque: false, others: .secret)
}
