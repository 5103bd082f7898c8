extension API.Section {
    /// Handles, and new secrets from old ones.
    static let secrets = API.Section(
        title: "Secrets",
        doc: """
            A secret is an opaque handle: its value never enters the script. It can be given to a program, put together \
            with others and named; it cannot be joined to a text, compared, measured, called or changed.
            """,
        members: [
            .function(
                Function(
                    "getSecret(name: string, options?: GetSecretOptions): Secret?",
                    "Fetches a secret from the newest session, or logs in first. The name can also be infisical://project/env/path/NAME."
                )),
            .function(
                Function(
                    "getSecrets(options?: FolderSecretsOptions): map<Secret>",
                    "Fetches all secrets of a folder with one request: a table from names to handles.")),
            .library(.secret),
        ],
        objects: [.secret, .origin],
        options: [
            OptionTable(
                "GetSecretOptions", of: "getSecret",
                OptionTable.place + [
                    Option("version: integer", "an earlier version of it", default: "the newest"),
                    Option("field: string", "the string under this key of a JSON value"),
                    Option(
                        "optional: boolean", "nil where there is none; a refusal is an error all the same",
                        default: "false"),
                    Option("personal: boolean", "the identity's own override, where there is one", default: "false"),
                    Option(
                        "allowUnexpanded: boolean", "takes a reference that was not resolved as it stands",
                        default: "false"),
                ]),
            OptionTable(
                "FolderSecretsOptions", of: "getSecrets",
                OptionTable.place + OptionTable.chosen + [
                    Option("only: string[]", "these names alone; others are neither kept nor judged"),
                    Option(
                        "optional: boolean", "a name of `only` that is not there is left out, instead of an error",
                        default: "false"),
                    Option("except: string[]", "names that are left out"),
                    Option("qualified: boolean", "the folder below path before each name", default: "false"),
                    Option("personal: boolean", "the identity's own overrides", default: "false"),
                    Option(
                        "allowUnexpanded: boolean", "takes references that were not resolved as they stand",
                        default: "false"),
                ]),
            OptionTable(
                "FoldersOptions", of: "folders",
                OptionTable.place + [
                    Option("recursive: boolean", "the folders below them too", default: "false")
                ]),
            OptionTable(
                "NamesOptions", of: "names",
                OptionTable.place + OptionTable.chosen + [
                    Option(
                        "details: boolean", "a table for each with name, version, env, path and isImported",
                        default: "false")
                ]),
            OptionTable(
                "Base64Options", of: "secret.base64",
                [
                    Option("url: boolean", "base64url", default: "false"),
                    Option("padding: boolean", "ends with = as far as it needs", default: "true"),
                ]),
            OptionTable(
                "HmacOptions", of: "secret.hmac",
                [
                    Option("format: \"hex\"|\"base64\"|\"base64url\"", "how the bytes are written", default: "\"hex\"")
                ]),
            OptionTable(
                "RandomOptions", of: "secret.random",
                [
                    Option(
                        "format: \"base64url\"|\"base64\"|\"hex\"", "how the bytes are written",
                        default: "\"base64url\""),
                    Option("alphabet: string", "characters to draw from instead, each as likely"),
                    Option("name: string", "what the secret is called", default: "\"random\""),
                ]),
            OptionTable(
                "PromptOptions", of: "secret.prompt",
                [
                    Option("name: string", "what the secret is called", default: "\"prompt\"")
                ]),
            OptionTable(
                "InputOptions", of: "secret.input",
                [
                    Option("name: string", "what the secret is called", default: "\"input\"")
                ]),
        ])
}

extension OptionTable {
    /// Which secrets of a folder.
    static let chosen = [
        Option("recursive: boolean", "the folders below too", default: "false"),
        Option("tags: string[]", "only those with one of these tags"),
        Option("metadata: map<string>", "only those with this metadata"),
    ]

    /// Where in the vault a secret lies.
    static let place = [
        Option("env: string", "the slug of the environment", default: "the session's"),
        Option("environment: string", "the same as env"),
        Option("path: string", "the folder, such as \"/web\"", default: "the session's"),
        Option("project: string", "the id or slug of the project", default: "the session's"),
    ]
}

extension API.Library {
    static let secret = API.Library(
        name: "secret",
        doc:
            "New secrets, made in the host; what is secret in them is masked as it was made, the script's own text is not.",
        members: [
            .function(
                Function(
                    "template(text: string, fields: map<Secret|string|integer>): Secret",
                    "The text with ${name} replaced; $${ stands for the characters ${. A field that the text does not use is an error."
                )),
            .function(
                Function(
                    "json(value: any): Secret",
                    "The table as JSON text, keys sorted; secrets at any depth become JSON strings.")),
            .function(
                Function(
                    "base64(secret: Secret, options?: Base64Options): Secret", "The value in base64, or base64url.")),
            .function(
                Function(
                    "base64Decode(secret: Secret): Secret",
                    "The bytes of a value in base64; only of what was loaded, not of what the script has put together.")
            ),
            .function(Function("hex(secret: Secret): Secret", "The value in lower-case hexadecimal.")),
            .function(
                Function("urlEncode(secret: Secret): Secret", "The value with all but letters, digits and -._~ as %XX.")
            ),
            .function(Function("trim(secret: Secret): Secret", "The value without white space around it.")),
            .function(
                Function(
                    "field(secret: Secret, path: string): Secret",
                    "The string at a place of a JSON value, such as \"a.b\".")),
            .function(
                Function(
                    "hmac(algorithm: \"sha1\"|\"sha256\"|\"sha512\", key: Secret, message: Secret|string, options?: HmacOptions): Secret",
                    "The HMAC of a message with a secret key.")),
            .function(
                Function(
                    "random(count: number, options?: RandomOptions): Secret",
                    "So many bytes of the kernel's randomness as text; from 4 to 1024.")),
            .function(
                Function(
                    "prompt(question: string, options?: PromptOptions): Secret",
                    "A line typed at the terminal, not shown; an error where there is no terminal.")),
            .function(
                Function(
                    "file(path: string): Secret",
                    "The content of a file that is as safe as a credentials file, at most 48 KiB.")),
            .function(
                Function(
                    "dotenv(path: string): map<Secret>", "A secret for each setting of an environment file, by name.")),
            .function(
                Function(
                    "input(options?: InputOptions): Secret", "All of standard input, but for one line end at its end.")),
            .function(
                Function("env(name: string): Secret", "A variable of the environment that holds a credential.")),
        ])
}

extension API.Object {
    static let secret = API.Object(
        name: "Secret", doc: "A handle of a secret. tostring(s) is [secret:NAME].",
        methods: [
            Function("name(): string", "What the secret is called."),
            Function("source(): Origin", "Where it comes from, or how it was made."),
            Function("close()", "Wipes the value from the host's store; using the handle again is an error."),
        ], isOpaque: true)

    static let origin = API.Object(
        name: "Origin", doc: "Where a secret comes from.",
        fields: [
            Option("provider: string", "the provider, or how it was made"), Option("project: string", "the project"),
            Option("env: string", "the environment"), Option("path: string", "the folder"),
            Option("version: integer", "the version"),
        ], isOpaque: false)
}
