import Diagnostics
import HostProtocol

/// What a script says of itself with `recipe{ … }`: what it takes, and all that it needs.
struct Recipe {
    static let maximumEntries = 256

    var name: String
    var description: String
    /// By name: a Lua table has no order.
    var parameters: [RecipeParameter]
    var secrets: [DeclaredSecret]
    var programs: [[UInt8]]
    var hosts: [DeclaredHost]

    /// Reads the declaration.
    ///
    /// - Throws: `.usage` for whatever is wrong with it, with the place.
    init(_ value: Value) throws(Failure) {
        var options = try OptionReader("recipe", value)
        guard let name = try options.text("name", "a name such as \"release\"") else {
            throw Failure(.usage, "recipe: name is missing", hint: "give name = \"…\"")
        }
        guard Self.isName(name) else {
            throw options.wrong("name", "a name of letters, digits, _ and -", .text(name))
        }
        self.name = name
        description = try options.text("description") ?? ""
        parameters = try Self.parameters(options.value("params"))
        secrets = try Self.list(&options, "secrets", "names of secrets").map {
            (value) throws(Failure) in try DeclaredSecret(value)
        }
        programs = try Self.list(&options, "programs", "names of programs").map {
            (value) throws(Failure) in try Self.program(value)
        }
        hosts = try Self.list(&options, "hosts", "names of hosts").map {
            (value) throws(Failure) in try DeclaredHost(value, "recipe: hosts")
        }
        try options.finish()
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy { RecipeParameter.isWordByte($0) || $0 == UInt8(ascii: "-") }
    }

    private static func list(
        _ options: inout OptionReader, _ name: String, _ expected: String
    ) throws(Failure) -> [Value] {
        guard let value = options.value(name) else { return [] }
        guard case .list(let items) = value, items.count <= maximumEntries else {
            throw options.wrong(name, "a list of at most \(maximumEntries) \(expected)", value)
        }
        return items
    }

    private static func program(_ value: Value) throws(Failure) -> [UInt8] {
        guard let bytes = value.asBytes, !bytes.isEmpty, !bytes.contains(0) else {
            throw Failure(
                .usage, "recipe: programs: expected a program's name or path, got \(value.described)",
                hint: "write it as spawn does: \"git\", or \"/usr/bin/git\"")
        }
        return bytes
    }

    private static func parameters(_ value: Value?) throws(Failure) -> [RecipeParameter] {
        guard let value, value != .list([]) else { return [] }
        guard case .map(let entries) = value, entries.count <= maximumEntries else {
            throw Failure(
                .usage, "recipe: params: expected a table with names as keys, got \(value.described)",
                hint: "write params = { repo = { type = \"string\", required = true } }")
        }
        var found: [RecipeParameter] = []
        for entry in entries {
            guard case .bytes(let name) = entry.key else {
                throw Failure(.usage, "recipe: params: expected names as keys, got a number")
            }
            found.append(try RecipeParameter(String(decoding: name, as: UTF8.self), entry.value))
        }
        found.sort { $0.name < $1.name }
        for (one, next) in zip(found, found.dropFirst()) where one.option == next.option {
            throw Failure(.usage, "recipe: params: \(one.name) and \(next.name) are one option, --\(one.option)")
        }
        return found
    }
}
