import Diagnostics
import HostProtocol
import Providers

/// One entry of a recipe's `secrets`.
struct DeclaredSecret {
    enum Source { case vault, environment, file }

    var source = Source.vault
    /// Nil: all secrets of the folder.
    var name: String?
    var project: String?
    var environment: String?
    var path: String?

    /// All of a folder.
    static var wholeFolder: DeclaredSecret { DeclaredSecret() }

    private init() {}

    /// Reads `"NAME"`, `"infisical://project/env/path/NAME"`, `"env:VARIABLE"`, `"file:PATH"`, or a table with `name`,
    /// `path`, `env`, `project`; without `name` the table stands for a whole folder.
    init(_ value: Value) throws(Failure) {
        switch value {
        case .bytes(let bytes) where !bytes.isEmpty: try read(String(decoding: bytes, as: UTF8.self))
        case .map, .list([]): try read(OptionReader("recipe: secrets", value))
        default:
            throw Failure(
                .usage, "recipe: secrets: expected the name of a secret, got \(value.described)",
                hint: "write \"GH_PAT\", \"infisical://project/env/path/NAME\" or { name = \"…\", path = \"/web\" }")
        }
    }

    private mutating func read(_ text: String) throws(Failure) {
        if text.hasPrefix("env:") {
            let variable = String(text.dropFirst(4))
            try EnvironmentPolicy.checkName(variable, "recipe: secrets: env")
            (source, name) = (.environment, variable)
        } else if text.hasPrefix("file:") {
            (source, name) = (.file, String(text.dropFirst(5)))
        } else {
            let address = try SecretAddress(text)
            (name, project, environment, path) = (address.name, address.project, address.environment, address.path)
        }
    }

    private mutating func read(_ given: OptionReader) throws(Failure) {
        var options = given
        name = try options.text("name", "the name of a secret")
        project = try options.text("project", "a project's id or slug")
        let alias = try options.text("environment", "the slug of an environment")
        environment = try options.text("env", "the slug of an environment") ?? alias
        path = try options.text("path", "a folder such as \"/web\"")
        try options.finish()
        guard name == nil, path == nil else { return }
        throw Failure(
            .usage, "recipe: secrets: an entry has neither name nor path",
            hint: "write { name = \"…\" }, or { path = \"/web\" } for all of a folder")
    }

    /// Whether it is that secret of the vault. What is not said is where the user's own
    /// settings lead: a reader of the recipe knows of no other place.
    func allows(_ wanted: String?, in folder: FolderQuery, of session: SessionService.Entry) -> Bool {
        guard source == .vault, name == nil || Self.areSame(name, wanted) else { return false }
        return Self.areSame(folder.project, project ?? session.usual.project)
            && Self.areSame(folder.environment, environment ?? session.usual.environment)
            && Self.areSame(Self.plain(folder.path), Self.plain(path ?? session.usual.path))
    }

    /// Whether it can be that secret, as long as nobody has logged in.
    func mayAllow(_ wanted: String, project: String?, environment: String?, path: String?) -> Bool {
        func fits(_ own: String?, _ other: String?) -> Bool { own == nil || other == nil || Self.areSame(own, other) }
        return source == .vault && (name == nil || Self.areSame(name, wanted)) && fits(self.project, project)
            && fits(self.environment, environment) && fits(self.path.map(Self.plain), path.map(Self.plain))
    }

    /// Byte for byte: Swift's texts are the same where a person reads the same, and a vault has two secrets then.
    static func areSame(_ one: String?, _ other: String?) -> Bool {
        guard let one, let other else { return one == nil && other == nil }
        return one.utf8.elementsEqual(other.utf8)
    }

    static func plain(_ path: String) -> String {
        "/" + path.split(separator: "/").joined(separator: "/")
    }

    /// As messages and the help show it.
    var shown: String {
        switch source {
        case .environment: return "env:\(name ?? "")"
        case .file: return "file:\(name ?? "")"
        case .vault:
            let places = [
                project.map { "project \($0)" }, environment.map { "env \($0)" }, path.map { "path \($0)" },
            ].compactMap { $0 }
            let place = places.joined(separator: ", ")
            guard let name else { return "all of \(place)" }
            return places.isEmpty ? name : "\(name) (\(place))"
        }
    }
}
