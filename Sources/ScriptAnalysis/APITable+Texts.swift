extension API.Section {
    /// json and log.
    static let texts = API.Section(
        title: "Texts and logs", doc: "What is printed, logged or raised passes the masker.",
        members: [.library(.json), .library(.log)],
        options: [
            OptionTable(
                "JSONOptions", of: "json.encode",
                [
                    Option("indent: integer", "lines and so many blanks for each level, for people", default: "none")
                ]),
            OptionTable(
                "JSONDecodeOptions", of: "json.decode",
                [Option("bigNumbers: \"text\"", "integers of more than 64 bits as a text of their digits")]),
        ])

    /// What lies outside of the process.
    static let outside = API.Section(
        title: "Input, output and the system", doc: "Lua's own names, through the host.",
        members: [
            .function(
                Function("print(...: any)", "Writes values to standard output, with tabs between and a line end.")),
            .library(.io), .library(.os),
        ],
        objects: [
            API.Object(
                name: "Stream", doc: "io.stdout or io.stderr.",
                methods: [
                    Function("write(...: text): Stream", "Writes texts."),
                    Function(
                        "flush(): Stream",
                        "Does nothing: output is not held back, but for an unfinished line while several tasks run."),
                    Function("setvbuf(mode?: string, size?: integer): boolean", "Does nothing."),
                ], isOpaque: false)
        ])
}

extension API.Library {
    static let json = API.Library(
        name: "json", doc: "JSON, exact: integers and floats are kept apart, keys are sorted.",
        members: [
            .function(
                Function(
                    "encode(value: value, options?: JSONOptions): string",
                    "The value as JSON text; a handle is an error (secret.json makes a secret).")),
            .function(Function("decode(text: string, options?: JSONDecodeOptions): any", "The value of a JSON text.")),
            .function(
                Function("array(list: any): any", "Makes a table an array, even where it is empty, and gives it.")),
            .constant(API.Constant(name: "null", type: .any, doc: "JSON's null.")),
        ])

    static let log = API.Library(
        name: "log", doc: "Lines on standard error.",
        members: ["debug", "info", "warn", "error"].map { level in
            .function(
                Function(
                    "\(level)(message: text, fields?: map<any>)",
                    level == "debug" ? "Logs a line that shows with -v only." : "Logs a line."))
        })

    static let io = API.Library(
        name: "io", doc: "Standard input and output.",
        members: [
            .function(Function("write(...: text): Stream", "Writes texts to standard output.")),
            .function(
                Function(
                    "read(...: string|integer): string?, string?",
                    "Reads from standard input: \"l\" a line, \"L\" with its end, \"a\" all, or a number of bytes.")),
            .function(Function("lines(): function", "An iterator over the lines of standard input.")),
            .constant(API.Constant(name: "stdout", type: .named("Stream"), doc: "Standard output.")),
            .constant(API.Constant(name: "stderr", type: .named("Stream"), doc: "Standard error.")),
            .absent("open", "read a file whole with fs.read(path), write it with fs.write(path, text)"),
            .absent("popen", "run a program with spawn{ \"program\", \"argument\", capture = true }"),
            .absent("input", "standard input is read with io.read"),
            .absent("output", "standard output is written with io.write"),
            .absent("tmpfile", "make a folder that is gone at the end of the run: fs.tempDir()"),
            .absent("close", "read a file whole with fs.read(path), write it with fs.write(path, text)"),
        ])

    static let os = API.Library(
        name: "os", doc: "Time, the environment and the end.",
        members: [
            .function(Function("time(table?: table): integer", "Seconds since 1970, of now or of a date.")),
            .function(Function("clock(): number", "The CPU time that was used, in seconds.")),
            .function(
                Function("date(format?: string, time?: number): any", "A date as text, or as a table with \"*t\".")),
            .function(Function("difftime(later: number, earlier: number): number", "The seconds between two times.")),
            .function(Function("exit(code?: boolean|integer)", "Ends the run: deferred functions run first.")),
            .function(
                Function(
                    "getenv(name: string): string?",
                    "A variable of the environment; one that holds a credential is an error (secret.env).")),
            .absent("execute", "run a program with spawn{ \"program\", \"argument\" }"),
            .absent("remove", "use fs.remove(path)"), .absent("rename", "use fs.rename(from, to)"),
            .absent("tmpname", "make a folder that is gone at the end of the run: fs.tempDir()"),
            .absent("setlocale", "set LC_ALL in the environment of a child: spawn{ …, env = { LC_ALL = \"C\" } }"),
        ])
}

extension API.Member {
    /// A name of Lua's that scripts do not have.
    static func absent(_ name: String, _ instead: String) -> API.Member {
        .function(Function(name + "(...: any)", "Not available in a script: \(instead).", instead: instead))
    }
}
