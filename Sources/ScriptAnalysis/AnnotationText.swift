/// The API table as lua-language-server reads it: definitions in Lua's syntax with types in comments.
public struct AnnotationText {
    /// Libraries that the language server describes itself, and well.
    static let described: Set<String> = ["string", "table", "math", "utf8", "coroutine"]
    /// Libraries that it must not describe: ours are other ones.
    public static let replaced = ["debug", "io", "os", "package"]

    let api: API

    /// The files by their names: the globals, and each module of the standard library.
    public static func files(_ api: API = .table) -> [(name: String, text: String)] {
        let writer = AnnotationText(api: api)
        return [("vaultscript.lua", writer.globals)]
            + api.moduleNames.compactMap { name in
                api.module(name).map { (name + ".lua", writer.module($0)) }
            }
    }

    private static let head = "-- Made by vaultscript from its table of the API: do not edit. It is never run.\n"

    private var globals: String {
        var parts = ["---@meta\n" + Self.head]
        parts += api.allObjects.map(object)
        parts += api.allOptionTables.map(options)
        for section in api.sections where section.title != API.Section.lua.title {
            parts += section.members.compactMap(global)
        }
        return parts.joined(separator: "\n")
    }

    private func module(_ library: API.Library) -> String {
        let members = library.members.map { member($0, library.name + ".") }.joined(separator: "\n")
        return
            "---@meta \(library.name)\n\(Self.head)\n---\(library.doc)\nlocal \(library.name) = {}\n\n\(members)\nreturn \(library.name)\n"
    }

    private func global(_ member: API.Member) -> String? {
        guard case .library(let library) = member else { return self.member(member, "") }
        guard !Self.described.contains(library.name) else { return nil }
        let members = library.members.map { self.member($0, library.name + ".") }.joined(separator: "\n")
        return "---\(library.doc)\n\(library.name) = {}\n\n\(members)"
    }

    private func member(_ member: API.Member, _ prefix: String) -> String {
        switch member {
        case .function(let function): self.function(function, prefix)
        case .constant(let constant):
            "---\(constant.doc)\n---@type \(constant.type.annotation)\n\(prefix)\(constant.name) = nil\n"
        case .library(let library): "---\(library.doc)\n\(prefix)\(library.name) = {}\n"
        }
    }

    private func function(_ function: Function, _ prefix: String) -> String {
        var lines = ["---" + function.doc]
        if function.instead != nil { lines.append("---@deprecated") }
        for parameter in function.parameters {
            let mark = parameter.isOptional && parameter.name != "..." ? "?" : ""
            lines.append("---@param \(parameter.name)\(mark) \(parameter.type.annotation)")
        }
        for result in function.results { lines.append("---@return \(result.annotation)") }
        lines.append(
            "function \(prefix)\(function.name)(\(function.parameters.map(\.name).joined(separator: ", "))) end\n")
        return lines.joined(separator: "\n")
    }

    private func object(_ object: API.Object) -> String {
        let fields = object.fields.map { "---@field \($0.name)? \($0.type.annotation) \($0.doc)\n" }.joined()
        let others = object.others.map { "---@field [string] \($0.annotation)\n" } ?? ""
        let methods = object.methods.map { function($0, object.name + ":") }.joined(separator: "\n")
        return "---\(object.doc)\n---@class \(object.name)\n\(others)\(fields)local \(object.name) = {}\n\n\(methods)"
    }

    private func options(_ table: OptionTable) -> String {
        var lines = ["---Options of \(table.owner).", "---@class \(table.name)"]
        if let type = table.positional { lines.append("---@field [integer] \(type.annotation)") }
        if let type = table.others { lines.append("---@field [string] \(type.annotation)") }
        for option in table.options {
            let standard = option.standard.map { " (default: \($0))" } ?? ""
            lines.append(
                "---@field \(option.name)\(option.isRequired ? "" : "?") \(option.type.annotation) \(option.doc)\(standard)"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
