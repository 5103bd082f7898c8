import Testing

@testable import ScriptAnalysis

/// What a script without a recipe is seen to fetch.
@Suite struct `The secrets that a script names` {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        /// `NAME`, `NAME env=x path=y`, or `* path=y` for a folder.
        let want: [String]
        var open = 0
        var requiresFiles = false
        var testDescription: String { text }
    }

    static let rows = [
        Row(text: "", want: []), Row(text: "print(1)", want: []),
        Row(text: "getSecret('A') getSecret\"B\" getSecret('A')", want: ["A", "B"]),
        Row(text: "getSecret('A', { path = '/x', environment = 'prod', field = 'f' })", want: ["A env=prod path=/x"]),
        Row(text: "local v = login() v:getSecret('A')", want: ["A"]),
        Row(text: "local function f(vault) return vault:getSecret('A') end f(login())", want: ["A"]),
        Row(text: "local NAME <const> = 'A' getSecret(NAME)", want: ["A"]),
        Row(text: "local name = 'A' name = 'B' getSecret(name)", want: [], open: 1),
        Row(text: "getSecret('A' .. x) getSecret(x) getSecret('B', options)", want: [], open: 3),
        Row(text: "getSecret('A', { path = x }) getSecret()", want: [], open: 2),
        Row(text: "getSecret('A', { optional = true }) getSecret('B', { optional = false })", want: ["B"]),
        Row(text: "pcall(getSecret, 'A') local f = getSecret", want: [], open: 2),
        Row(text: "local getSecret = print getSecret('A')", want: []),
        Row(text: "getSecrets() getSecrets{ path = '/web' }", want: ["*", "* path=/web"]),
        Row(
            text: "getSecrets{ only = { 'A', 'B' }, project = 'p' } getSecrets{ only = x }",
            want: ["A project=p", "B project=p"], open: 1),
        Row(text: "login{ env = 'a' } getSecret('A') login{ env = 'b' } getSecret('B')", want: [], open: 2),
        Row(text: "require('git') getSecret('A')", want: ["A"]),
        Row(text: "require('mine')", want: [], requiresFiles: true),
        Row(text: "require(x)", want: [], requiresFiles: true),
    ]

    @Test(arguments: rows) func `are those of its literal calls`(row: Row) throws {
        let found = try #require(SecretUses.read(SourceText(Array(row.text.utf8))))
        let shown = found.uses.map { use in
            ([use.name ?? "*"] + use.place.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(
                separator: " ")
        }
        #expect(
            shown == row.want && found.openCalls == row.open && found.requiresFiles == row.requiresFiles, "\(found)")
    }

    @Test func `are not told of what is no Lua`() {
        #expect(SecretUses.read(SourceText(Array("getSecret('A'".utf8))) == nil)
    }
}
