import Diagnostics
import Host
import ScriptAnalysis

extension Subcommand {
    /// `vaultscript doctor [FILE]`: why a login or a secret fails.
    static var doctor: Subcommand {
        Subcommand(
            name: "doctor", summary: "why a login or a secret fails, step by step, with what to do about it",
            synopsis: "[options] [FILE]",
            options: [
                CommandOption("--json", "as one line of JSON"),
                CommandOption("--try-other-region", "ask the other public cloud too, with the client secret"),
            ],
            wordCount: 0...1,
            details: """
                It looks at the kernel, the configuration, the server, the clock, the login, the token and the client secret,
                reads what is needed (the secrets that FILE declares in its recipe{}, or without one those that its getSecret calls
                name literally, where its login{} leads; without FILE those of --path) and lists what the identity sees beyond that. It ends with one sentence and one next step. No value is shown or kept.
                Exit codes: 0 all is well, 2 the configuration is wrong, 3 login or reading fails.
                To set things up: vaultscript help infisical
                """
        ) { (arguments) throws(Failure) in
            var request = DoctorRequest()
            request.isJSON = arguments.has("--json")
            request.triesOtherRegion = arguments.has("--try-other-region")
            if let path = arguments.words.first {
                try request.take(try ScriptReader(arguments.run).analysed(path), path)
            }
            return try Doctor(arguments.run, request).run()
        }
    }
}

extension DoctorRequest {
    /// Takes in what the script's recipe declares.
    fileprivate mutating func take(_ file: ScriptFile, _ path: String) throws(Failure) {
        script = path
        let declared = LoginDeclaration.read(SourceText(file.bytes))
        login = declared?.options ?? [:]
        unknownLogin = declared?.unknown ?? []
        guard let recipe = try DescribeCommand.read(file, path) else {
            if let found = SecretUses.read(SourceText(file.bytes)) { take(found) }
            return
        }
        needs = []
        switch recipe.declaration["secrets"] {
        case nil: if case .code = recipe.declaration { unknownNeeds = 1 }
        case .list(let items): for item in items { take(item) }
        case .map(let entries) where entries.isEmpty: break
        default: unknownNeeds = 1
        }
    }

    /// Without a recipe: what its calls name.
    private mutating func take(_ found: SecretUses) {
        calls = Calls(openCount: found.openCalls, requiresFiles: found.requiresFiles)
        guard !found.uses.isEmpty else { return }
        needs = found.uses.map { use in
            guard let name = use.name else { return .folder(use.place) }
            // An address, or what is refused as none.
            if name.contains("/") { return .text(name) }
            return .fields(use.place.merging(["name": name]) { $1 })
        }
    }

    private mutating func take(_ item: LiteralValue) {
        switch item {
        case .text(let text): needs?.append(.text(text))
        case .map(let entries):
            var fields: [String: String] = [:]
            for entry in entries {
                guard let text = entry.value.text else {
                    unknownNeeds += 1
                    return
                }
                fields[entry.key] = text
            }
            needs?.append(.fields(fields))
        default: unknownNeeds += 1
        }
    }
}
