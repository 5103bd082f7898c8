extension API.Section {
    /// The standard library.
    static let modules = API.Section(
        title: "Modules", doc: "Lua files that come with the program: local git = require(\"git\").",
        members: [], modules: [.git],
        options: [
            OptionTable(
                "GitCommitOptions", of: "git.commit",
                [
                    Option("message!: string", "the message"),
                    Option("paths: string[]", "what to commit", default: "everything"),
                    Option("author: string", "Name <mail>"), Option("cwd: string", "the work tree", default: "."),
                ]),
            OptionTable("GitHeadOptions", of: "git.head", [Option("cwd: string", "the work tree", default: ".")]),
            OptionTable(
                "GitPushOptions", of: "git.push",
                [
                    Option("remote: string", "the remote", default: "\"origin\""),
                    Option("branch: string", "the branch", default: "the current one"),
                    Option("tags: boolean", "pushes tags too", default: "false"),
                ] + OptionTable.gitAccess),
            OptionTable(
                "GitFetchOptions", of: "git.fetch",
                [
                    Option("remote: string", "the remote", default: "\"origin\"")
                ] + OptionTable.gitAccess),
            OptionTable(
                "GitCloneOptions", of: "git.clone",
                [
                    Option("url!: string", "what to clone"), Option("into!: string", "the new folder"),
                    Option("branch: string", "the branch", default: "the remote's"),
                ] + OptionTable.gitAccess),
        ])
}

extension OptionTable {
    /// How git gets at a remote.
    static let gitAccess = [
        Option("token: Secret", "the token, for an http or https address"),
        Option("username: string", "the name that goes with it", default: "\"x-access-token\""),
        Option("cwd: string", "the work tree", default: "."),
        Option("timeout: duration", "how long it may take", default: "none"),
        Option("allowInsecure: boolean", "the token over http, where the network is your own", default: "false"),
    ]
}

extension API.Library {
    static let git = API.Library(
        name: "git", doc: "git with a token that reaches it by its own credential protocol.",
        members: [
            .function(
                Function(
                    "commit(options: GitCommitOptions): string?",
                    "Commits what has changed; the new hash, or nil when nothing has.")),
            .function(
                Function(
                    "head(options?: GitHeadOptions): string?",
                    "The hash of the current commit; nil where there is none.")),
            .function(Function("push(options: GitPushOptions): Result", "Pushes a branch.")),
            .function(Function("fetch(options: GitFetchOptions): Result", "Fetches from a remote.")),
            .function(Function("clone(options: GitCloneOptions): Result", "Clones a repository.")),
        ])
}
