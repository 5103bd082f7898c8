extension API.Section {
    /// fs, require and the script's own place.
    static let files = API.Section(
        title: "Files",
        doc: """
            Paths are relative to the working directory; ~ is not expanded. What is read is masked; a handle is never \
            written to disk. The credentials, the configuration, /proc of processes and /sys are out of reach.
            """,
        members: [
            .library(.fs),
            .constant(API.Constant(name: "scriptDir", type: .string, doc: "The folder of the script.")),
            .constant(API.Constant(name: "arg", type: .table, doc: "The script's name at 0, its arguments from 1.")),
            .function(
                Function(
                    "require(name: string): any",
                    "A module of the standard library, or a Lua file beside the script. No C modules.")),
        ],
        objects: [.fileFacts],
        options: [
            OptionTable(
                "WriteOptions", of: "fs.write",
                [
                    Option("append: boolean", "adds to what is there", default: "false"),
                    Option("mode: string", "octal digits, such as \"0600\"", default: "\"0666\" less the umask"),
                    Option(
                        "atomic: boolean", "a new file takes the place of the old one, and is on the disk then",
                        default: "false"),
                    Option("allowMasked: boolean", "writes a text that holds masked places", default: "false"),
                ]),
            OptionTable(
                "StatOptions", of: "fs.stat",
                [
                    Option("followLinks: boolean", "looks at what a link leads to", default: "true")
                ]),
            OptionTable(
                "GlobOptions", of: "fs.glob",
                [
                    Option("hidden: boolean", "names with a leading dot too", default: "false")
                ]),
            OptionTable(
                "MkdirOptions", of: "fs.mkdir",
                [
                    Option(
                        "parents: boolean", "makes what is missing; an existing folder is no error", default: "false"),
                    Option("mode: string", "octal digits, such as \"0700\"", default: "\"0777\" less the umask"),
                ]),
            OptionTable(
                "RemoveOptions", of: "fs.remove",
                [
                    Option("recursive: boolean", "a folder with all that is in it", default: "false"),
                    Option("optional: boolean", "false where nothing is there, no error", default: "false"),
                ]),
            OptionTable(
                "CopyOptions", of: "fs.copy",
                [
                    Option("mode: string", "octal digits, such as \"0600\"", default: "the original's"),
                    Option("atomic: boolean", "takes the name when all is there", default: "false"),
                ]),
        ])
}

extension API.Library {
    static let fs = API.Library(
        name: "fs", doc: "Files, read and written by the host.",
        members: [
            .function(
                Function("read(path: string): string", "The whole text, masked; at most 16 MiB, regular files only.")),
            .function(
                Function(
                    "write(path: string, text: text, options?: WriteOptions)",
                    "Writes a text; one that holds a mask is an error, so that no file loses its secret silently.")),
            .function(Function("exists(path: string): boolean", "Whether something is there, links followed.")),
            .function(Function("stat(path: string, options?: StatOptions): FileFacts", "What is known of it.")),
            .function(Function("list(path: string): string[]", "The names in a folder, hidden ones too, sorted.")),
            .function(
                Function(
                    "glob(pattern: string, options?: GlobOptions): string[]",
                    "The paths that fit: * ? [a-z] and ** for folders.")),
            .function(Function("mkdir(path: string, options?: MkdirOptions)", "Makes a folder.")),
            .function(
                Function(
                    "remove(path: string, options?: RemoveOptions): boolean", "Removes a file, a link or a folder.")),
            .function(
                Function("rename(from: string, to: string)", "Gives another name; replaces a file that is there.")),
            .function(
                Function(
                    "copy(from: string, to: string, options?: CopyOptions)",
                    "Copies one regular file byte for byte, at most 1 GiB.")),
            .function(Function("tempDir(): string", "A new folder that is gone at the end of the run.")),
        ])
}

extension API.Object {
    static let fileFacts = API.Object(
        name: "FileFacts", doc: "What fs.stat gives.",
        fields: [
            Option("type: \"file\"|\"folder\"|\"link\"|\"pipe\"|\"socket\"|\"device\"", "what it is"),
            Option("size: integer", "bytes"), Option("mode: string", "such as \"0644\""),
            Option("mtime: number", "when it was changed, in seconds"), Option("owner: integer", "the user's number"),
            Option("group: integer", "the group's number"), Option("links: integer", "how many names it has"),
            Option("target: string", "of a link that is not followed"),
        ], isOpaque: false)
}
