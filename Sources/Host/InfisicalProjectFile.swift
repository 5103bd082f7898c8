import Configuration
import Diagnostics
import Providers
import SecretMemory

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What `.infisical.json` says of a project: the file that Infisical's own program writes and people check in.
struct InfisicalProjectFile {
    var project: Located?
    /// The environment of the branch that is checked out, else the default one.
    var environment: Located?
    var path: Located?
    /// Only ever compared with the host that credentials are bound to.
    var domain: Located?

    /// What the project's file says now; nil where there is none. The error is `.usage`, of what is no JSON of that shape.
    static func reading(_ settings: Settings) -> Result<InfisicalProjectFile?, Failure> {
        Result { () throws(Failure) in try read(settings) }
    }

    private static func read(_ settings: Settings) throws(Failure) -> InfisicalProjectFile? {
        guard let path = settings.infisicalPath, let bytes = try settings.infisicalBytes() else { return nil }
        guard let text = try? SecretJSON(SecretBytes(copying: bytes.span)),
            let file = InfisicalProjectFile(text.root, path)
        else {
            throw Failure(
                .usage, "\(path.printable) cannot be read", reason: "it is not the JSON that Infisical writes",
                hint: "mend it, or say the same in a vaultscript.toml beside it and remove it")
        }
        return file
    }

    private init?(_ root: SecretJSON.Node, _ path: String) {
        var isWhole = root.isObject
        func text(_ node: SecretJSON.Node, _ key: String) -> Located? {
            guard let member = try? node.member(key), !member.isNull else { return nil }
            guard let text = member.publicText(), text == text.printable else {
                isWhole = false
                return nil
            }
            return text.isEmpty ? nil : Located(text, file: path, line: 0)
        }
        project = text(root, "workspaceId")
        self.path = text(root, "defaultSecretPath")
        domain = text(root, "domain")
        environment = text(root, "defaultEnvironment")
        if let branches = try? root.member("gitBranchToEnvironmentMapping"), branches.isObject,
            let branch = GitBranch.current(at: path), let mapped = text(branches, branch)
        {
            environment = mapped
        }
        guard isWhole else { return nil }
    }
}

/// The branch that is checked out where a file lies, without asking git.
enum GitBranch {
    private static let maximumFolders = 64

    /// Nil where there is no repository, and where no branch is checked out.
    static func current(at file: String) -> String? {
        var folder = file
        for _ in 0..<maximumFolders {
            guard let slash = folder.lastIndex(of: "/") else { return nil }
            folder = String(folder[..<slash])
            if let head = text(folder + "/.git/HEAD") { return branch(head) }
            // A work tree of its own names its folder in a file.
            if let link = text(folder + "/.git"), link.hasPrefix("gitdir: ") {
                let path = String(link.dropFirst(8))
                return text((path.hasPrefix("/") ? path : folder + "/" + path) + "/HEAD").flatMap(branch)
            }
        }
        return nil
    }

    private static func branch(_ head: String) -> String? {
        head.hasPrefix("ref: refs/heads/") ? String(head.dropFirst(16)) : nil
    }

    /// The first line of a small file.
    private static func text(_ path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var room = [UInt8](repeating: 0, count: 4096)
        let count = unsafe room.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { return nil }
        return String(decoding: room[..<count].prefix { $0 != 10 }, as: UTF8.self)
    }
}
