/// What a script asks for by a literal name, and whether there is more that is not literal.
struct DeclaredUses {
    struct Use {
        var name: String
        /// Where; nil for what is done inside of a module.
        var span: Span?
    }

    /// One sort of thing that `recipe{}` declares.
    struct Sort {
        var uses: [Use] = []
        var isOpen = false
    }

    var secrets = Sort()
    var programs = Sort()
    var hosts = Sort()
    var tasks = Tasks()

    /// The tasks that are named, and those that others need.
    struct Tasks {
        var names: Set<String> = []
        var needs: [Use] = []
        /// Whether there are names that are not literal.
        var isOpen = false
    }

    /// Without the port that its scheme has anyhow.
    static func withoutUsualPort(_ host: String) -> String {
        for port in [":443", ":80"] where host.hasSuffix(port) { return String(host.dropLast(port.count)) }
        return host
    }
}

extension Checker {
    /// Remembers what a call asks for, and judges what it says.
    mutating func note(_ path: String, _ list: [Expression], _ facts: [Fact], _ span: Span) {
        checkValues(path, list, span)
        checkHandles(path, list)
        switch path {
        case "getSecret", "Session:getSecret": noteSecret(list.first, facts.first)
        case "getSecrets", "Session:getSecrets": uses.secrets.isOpen = true
        case "spawn": noteProgram(list.first)
        case "pipe": notePipe(list.first)
        case "http.request": noteRequest(list.first)
        case "secret.template": checkTemplate(list)
        case "string.format":
            checkFormat(list.first, Array(list.dropFirst()))
            checkFormatted(list.first, Array(list.dropFirst()))
        case "secret.env": noteSecret(list.first, facts.first, prefix: "env:")
        case "secret.file", "secret.dotenv": noteSecret(list.first, facts.first, prefix: "file:")
        default: if path.hasPrefix("git.") { uses.programs.uses.append(.init(name: "git", span: span)) }
        }
    }

    private mutating func noteSecret(_ argument: Expression?, _ fact: Fact?, prefix: String = "") {
        guard let argument, case .text(let text?) = fact else { return uses.secrets.isOpen = true }
        let name = prefix + RecipeDeclaration.lastPart(ofAddress: text)
        uses.secrets.uses.append(.init(name: name, span: argument.span))
    }

    private mutating func noteProgram(_ argument: Expression?) {
        guard case .table(let fields) = argument?.kind, let first = fields.first(where: { $0.literalName == nil }),
            case .none = first.key
        else { return uses.programs.isOpen = true }
        notePassed(fields)
        checkFileNames(fields)
        noteProgram(named: first.value)
    }

    /// A variable that is passed on may be one that `secrets` declares.
    private mutating func notePassed(_ fields: [TableField]) {
        guard let passed = fields.first(where: { $0.literalName == "passEnv" }) else { return }
        guard case .table(let names) = passed.value.kind else { return uses.secrets.isOpen = true }
        for name in names {
            guard let text = name.value.literalText else { return uses.secrets.isOpen = true }
            uses.secrets.uses.append(.init(name: "env:" + text, span: nil))
        }
    }

    private mutating func noteProgram(named value: Expression) {
        if case .table(let inner) = value.kind, let first = inner.first, case .none = first.key {
            return noteProgram(named: first.value)
        }
        let isLocalText: String? =
            if case .local(let id) = value.kind, case .text(let text?) = fact(of: id) { text } else { nil }
        guard let name = value.literalText ?? isLocalText else { return uses.programs.isOpen = true }
        uses.programs.uses.append(.init(name: name, span: value.span))
    }

    private mutating func notePipe(_ argument: Expression?) {
        guard case .table(let fields) = argument?.kind else { return uses.programs.isOpen = true }
        for field in fields {
            if case .none = field.key { noteProgram(field.value) }
        }
    }

    private mutating func noteRequest(_ argument: Expression?) {
        guard case .table(let fields) = argument?.kind,
            let url = fields.first(where: { $0.literalName == "url" })?.value,
            let host = Self.host(in: Self.leadingText(of: url))
        else { return uses.hosts.isOpen = true }
        uses.hosts.uses.append(.init(name: host, span: url.span))
    }

    /// The text that an address surely begins with, and whether that is all of it.
    private static func leadingText(of url: Expression) -> (text: String, isWhole: Bool) {
        switch url.kind {
        case .string: return (url.literalText ?? "", true)
        case .parenthesized(let inner): return leadingText(of: inner)
        case .binary(.concatenate, let left, _):
            let leading = leadingText(of: left)
            return (leading.text, false)
        case .call(let callee, let list):
            guard case .field(let base, let name) = callee.kind, base.isGlobal("secret"), name.text == "template",
                let text = list.first?.literalText
            else { break }
            return (text, true)
        case .method(let base, let name, _) where name.text == "format": return (base.literalText ?? "", true)
        default: break
        }
        return ("", false)
    }

    /// The host of an address; nil where the text does not hold all of it.
    private static func host(in leading: (text: String, isWhole: Bool)) -> String? {
        let text = leading.text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { !"/?#".contains($0) }
        guard authority.endIndex < rest.endIndex || leading.isWhole else { return nil }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        guard !host.isEmpty, !host.contains("$"), !host.contains("%") else { return nil }
        return DeclaredUses.withoutUsualPort(String(host))
    }
}
