extension API.Section {
    /// http.request.
    static let http = API.Section(
        title: "HTTP",
        doc: """
            Requests are made by the host. A handle may stand in the address, the headers and the body, and goes only to hosts \
            that recipe{} or the user's configuration names, never through a redirect to another.
            """,
        members: [.library(.http)],
        objects: [
            API.Object(
                name: "Response", doc: "What a server answered.",
                fields: [
                    Option("status: integer", "the status"), Option("ok: boolean", "whether it is below 400"),
                    Option("headers: map<string>", "by their names in small letters"),
                    Option("body: string|Secret", "the body, masked; with capture = \"secret\" a handle"),
                    Option("json: any", "the value of a JSON body"),
                    Option("secrets: map<Secret>", "the fields that became handles"),
                    Option("file: string", "of a download: its path"),
                    Option("size: integer", "of a download: its bytes"),
                ], isOpaque: false)
        ],
        options: [
            OptionTable(
                "RequestOptions", of: "http.request",
                [
                    Option("url!: string|Secret", "the address: https, or http to this machine"),
                    Option("method: string", "such as \"POST\"", default: "by the body"),
                    Option("headers: map<string|integer|Secret>", "more headers"),
                    Option("body: string|Secret", "the body as it is"),
                    Option("json: any", "a value that is sent as JSON; handles in it become strings"),
                    Option("upload: InputFile", "a file as the body"),
                    Option("download: DownloadFile", "a file that the body goes to"),
                    Option("capture: boolean|\"secret\"", "\"secret\": the body becomes a handle"),
                    Option("secrets: string[]", "fields of a JSON body that become handles in response.secrets"),
                    Option("maxBody: integer", "the most bytes of the body; more is an error"),
                    Option("timeout: duration", "for the whole of a try", default: "30"),
                    Option("check: boolean", "raises on a status of 400 or more", default: "true"),
                    Option("retry: RequestRetry", "tries again what may be repeated"),
                ]),
            OptionTable(
                "DownloadFile", of: "http.request: download",
                [
                    Option("file!: string", "the path"),
                    Option("mode: string", "octal digits, such as \"0600\"", default: "\"0600\""),
                    Option("atomic: boolean", "takes the name when all is there", default: "true"),
                ]),
            OptionTable(
                "RequestRetry", of: "http.request: retry",
                [
                    Option("times: integer", "how many tries in all", default: "3"),
                    Option("backoff: duration", "the pause after the first; it doubles", default: "\"500ms\""),
                ]),
        ])

    /// recipe.
    static let recipe = API.Section(
        title: "What a script declares",
        doc: """
            recipe{} comes first in a script. It gives the checked parameters, limits the run to what it declares, and makes \
            --help; what the script returns is its result, as JSON on standard output.
            """,
        members: [
            .function(
                Function("recipe(declaration: RecipeOptions): map<any>", "Declares what the script takes and needs."))
        ],
        options: [
            OptionTable(
                "RecipeOptions", of: "recipe",
                [
                    Option("name!: string", "letters, digits, _ and -"),
                    Option("description: string", "one line about it"),
                    Option("params: map<ParameterOptions>", "what it takes, from --name VALUE or --params-json"),
                    Option("secrets: (string|DeclaredSecret)[]", "NAME, infisical://…, env:VARIABLE or file:PATH"),
                    Option("programs: string[]", "names or paths, as spawn has them"),
                    Option("hosts: string[]", "names, with a port where it is not the usual one"),
                ]),
            OptionTable(
                "ParameterOptions", of: "recipe: params",
                [
                    Option(
                        "type: \"string\"|\"slug\"|\"path\"|\"integer\"|\"number\"|\"boolean\"|\"list\"", "what it is",
                        default: "\"string\""),
                    Option("required: boolean", "has to be given", default: "false"),
                    Option("default: any", "what it is when it is not given"),
                    Option("enum: any[]", "the values it may have"),
                    Option("pattern: string", "a Lua pattern that the whole of a text has to match"),
                    Option("description: string", "one line about it"),
                    Option("allowDash: boolean", "may begin with -", default: "false"),
                    Option("allowControl: boolean", "may hold control characters", default: "false"),
                    Option("min: number", "the least"), Option("max: number", "the most"),
                ]),
            OptionTable(
                "DeclaredSecret", of: "recipe: secrets",
                [
                    Option("name: string", "its name; without it all of the folder"),
                    Option("env: string", "the environment"),
                    Option("environment: string", "the same as env"), Option("path: string", "the folder"),
                    Option("project: string", "the project"),
                ]),
        ])
}

extension API.Library {
    static let http = API.Library(
        name: "http", doc: "HTTP, done by the host.",
        members: [
            .function(
                Function("request(options: RequestOptions): Response", "Sends a request and waits for the answer."))
        ])
}
