extension API.Section {
    /// spawn and pipe.
    static let programs = API.Section(
        title: "Programs",
        doc: """
            No shell is in between. A handle goes to a program in its environment, on its standard input, in a file in \
            memory or on a descriptor; never in its arguments, which every user of the machine can see.
            """,
        members: [
            .function(
                Function(
                    "spawn(options: SpawnOptions): Result|Process",
                    "Runs a program and waits for its end; what it prints is masked. A failure raises, unless check = false."
                )),
            .function(
                Function(
                    "pipe(options: PipeOptions): Result",
                    "Joins 2 to 64 programs as a shell pipe does; fails when one of them fails.")),
        ],
        objects: [.result, .member, .process],
        options: [
            OptionTable(
                "SpawnOptions", of: "spawn", positional: "argument",
                OptionTable.child + OptionTable.whole + [
                    Option("background: boolean", "gives a process at once", default: "false"),
                    Option(
                        "detach: boolean", "gives a process that outlives the run; it gets no secret", default: "false"),
                    Option("tty: boolean", "a pseudo-terminal for the program", default: "where a person watches"),
                ]),
            OptionTable("PipeOptions", of: "pipe", positional: "PipeMember", OptionTable.whole),
            OptionTable("PipeMember", of: "pipe: member", positional: "argument", OptionTable.child),
            OptionTable(
                "OutputFile", of: "spawn: stdout",
                [
                    Option("file!: string", "the path, relative to the working directory of the run"),
                    Option("append: boolean", "adds to what is there", default: "false"),
                    Option("mode: string", "octal digits, such as \"0600\"", default: "\"0600\""),
                    Option("atomic: boolean", "takes the name when the program has succeeded", default: "false"),
                ]),
            OptionTable("InputFile", of: "spawn: stdin", [Option("file!: string", "the path of the file")]),
            OptionTable(
                "MemoryFile", of: "spawn: files", positional: "Secret|string",
                [
                    Option("memfd: boolean", "a descriptor path instead of a file", default: "false")
                ]),
        ])
}

extension OptionTable {
    /// What one program is given.
    static let child = [
        Option("env: map<string|number|Secret|false>", "variables; false removes one"),
        Option("passEnv: string[]", "names of withheld variables that the program may have"),
        Option("clearEnv: boolean", "starts with an empty environment", default: "false"),
        Option(
            "stdin: \"inherit\"|string|Secret|InputFile", "standard input: a text, a handle, a file, or the terminal's",
            default: "/dev/null"),
        Option(
            "files: map<Secret|string|MemoryFile>", "files in memory; the path of each is in the variable of its name"),
        Option("fds: map<Secret|string>", "{ [3] = handle }: descriptors that hold a secret"),
        Option("stderr: \"stdout\"|OutputFile", "a file that the program writes itself, or where standard output goes"),
        Option("cwd: string", "the working directory of the program"),
        Option("newPrivileges: boolean", "no no_new_privs, for sudo", default: "false"),
        Option("allowShort: boolean", "lets secrets under 4 bytes through", default: "false"),
    ]

    /// What is said of the run of a program, or of a whole pipe.
    static let whole = [
        Option(
            "capture: boolean|\"stdout\"|\"stderr\"|\"merge\"|\"secret\"",
            "takes the output in, masked; \"secret\" makes a handle of standard output", default: "false"),
        Option("raw: boolean", "keeps the last line end of a captured secret", default: "false"),
        Option("secrets: string[]", "fields of captured JSON that become handles in result.secrets"),
        Option("stdout: OutputFile", "a file that the program writes itself, not masked"),
        Option("check: boolean", "raises on exit code, signal and timeout", default: "true"),
        Option("timeout: duration", "TERM to the group, then KILL after 5 s", default: "none"),
        Option(
            "onLeak: \"mask\"|\"warn\"|\"abort\"", "what is done when a value is seen in the output",
            default: "\"mask\""),
        Option("quiet: boolean", "shows nothing", default: "false"),
        Option("label: string", "is put before each shown line"),
        Option("maxOutput: integer", "the most bytes that are captured; more is an error", default: "16 MiB"),
    ]
}

extension API.Object {
    static let result = API.Object(
        name: "Result", doc: "How a program ended.",
        fields: [
            Option("code: integer", "the exit code"), Option("signal: integer", "the signal that ended it"),
            Option("ok: boolean", "whether the code is 0"), Option("timedOut: boolean", "whether timeout ended it"),
            Option("stdout: string|Secret", "what was captured"), Option("stderr: string", "what was captured"),
            Option("duration: number", "seconds"), Option("leaks: integer", "how often values were seen in the output"),
            Option("secrets: map<Secret>", "the fields that became handles"),
            Option("members: Member[]", "of a pipe: each program"),
        ], isOpaque: false)

    static let member = API.Object(
        name: "Member", doc: "How one program of a pipe ended.",
        fields: [
            Option("code: integer", "the exit code"), Option("signal: integer", "the signal that ended it"),
            Option("ok: boolean", "whether it did not fail"), Option("duration: number", "seconds"),
        ], isOpaque: false)

    static let process = API.Object(
        name: "Process", doc: "A program in the background. <close> ends it with the scope.",
        methods: [
            Function(
                "wait(duration?: duration): Result?",
                "The result, as spawn gives it, or its error; again and again. Nil where it has not ended by then."),
            Function(
                "kill(signal?: string|integer): boolean", "Sends a signal (TERM) to its group; false when it has ended."
            ),
            Function("running(): boolean", "Whether the program is there."),
            Function("pid(): integer", "Its process number."),
            Function("lines(): function", "An iterator over lines of captured standard output."),
        ], isOpaque: true)
}
