import ScriptAnalysis

/// The Lua files beside a script, as `require` finds them.
struct ModuleFiles {
    let folder: String

    /// The file of a module; nil when the name is none, or there is no such file, or it lies elsewhere.
    func file(of module: String) -> String? {
        let parts = module.split(separator: ".", omittingEmptySubsequences: false)
        guard module.utf8.count <= 1024, parts.count <= 16, parts.allSatisfy(Self.isPlain) else { return nil }
        let name = parts.joined(separator: "/") + ".lua"
        guard case .file = ScriptFolder.target(of: name, in: folder) else { return nil }
        return folder + "/" + name
    }

    /// Whether it can be required.
    func module(_ name: String) -> ScriptCheck.Module {
        if file(of: name) != nil { return .found }
        let names = ((try? ScriptFolder.luaFiles(in: folder)) ?? []).map { String($0.dropLast(4)) }
        return .missing(others: names.filter { file(of: $0) != nil })
    }

    private static func isPlain(_ part: Substring) -> Bool {
        !part.isEmpty
            && part.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || (48...57).contains(byte)
                    || (65...90).contains(byte)
                    || (97...122).contains(byte)
            }
    }
}
