import Foundation
import ScriptAnalysis
import TestSupport
import Testing

/// The table against the running program: what one has, the other has.
@Suite final class `The API table and the program` {
    private static let api = API.table
    /// Lets every login in and knows no secret.
    private let vault = StubHTTPServer { request, _ in
        request.target.contains("/login")
            ? .json(200, #"{"accessToken":"t.o.k.e.n","expiresIn":7200,"accessTokenMaxTTL":7200,"tokenType":"Bearer"}"#)
            : .json(404, "{}")
    }

    deinit { vault.stop() }

    private var environment: [String: String] {
        [
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID": "client",
            "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": "not-a-real-secret",
            "INFISICAL_DOMAIN": vault.url, "INFISICAL_PROJECT_ID": "p",
        ]
    }

    /// Runs a script that prints lines, and gives them as a set.
    private static func lines(_ script: String) throws -> [String] {
        let outcome = try Program.script(script)
        #expect(outcome.code == 0, "\(outcome)")
        return outcome.text.split(separator: "\n").map(String.init)
    }

    @Test func `have the same globals`() throws {
        let found = try Self.lines("for name in pairs(_G) do print(name) end")
        #expect(found.sorted() == Self.api.globalNames)
    }

    private static let libraries: [String] = api.sections.flatMap(\.members).compactMap {
        if case .library(let library) = $0 { library.name } else { nil }
    }

    @Test(arguments: libraries)
    func `have the same fields in each library`(name: String) throws {
        guard case .library(let library) = Self.api.global(name) else { return }
        let found = try Self.lines("for name in pairs(\(name)) do print(name) end")
        #expect(found.sorted() == library.members.map(\.name).sorted())
    }

    @Test func `have the same modules, with the same functions`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Program.repository + "/stdlib")
        let names = files.filter { $0.hasSuffix(".lua") }.map { String($0.dropLast(4)) }.sorted()
        #expect(names == Self.api.moduleNames)
        for name in names {
            let found = try Self.lines("for name in pairs(require(\"\(name)\")) do print(name) end")
            #expect(found.sorted() == Self.api.module(name)?.members.map(\.name).sorted(), "\(name)")
        }
    }

    @Test func `every other global is a table where the table says so, else no table`() throws {
        let tables = try Self.lines(
            "for name, value in pairs(_G) do if type(value) == 'table' then print(name) end end")
        #expect(Set(tables) == Set(Self.libraries + ["_G", "arg"]))
    }

    // MARK: - Methods

    /// How a script gets at an object, by the object's name.
    static let objects = [
        "Secret": "local o = secret.random(16)",
        "Process": "local o = spawn{ 'sleep', '0', background = true }",
        "Session": "local o = login()",
    ]

    @Test func `every object with methods is compared`() {
        let opaque = Self.api.allObjects.filter(\.isOpaque).map(\.name)
        #expect(Set(opaque) == Set(Self.objects.keys))
    }

    @Test(arguments: objects.keys.sorted())
    func `have the same methods`(name: String) throws {
        let outcome = try Program.script(
            """
            \(Self.objects[name] ?? "")
            local ok, err = pcall(function() return o.zzzzzzzz end)
            print(ok, (err.hint:match("^it has: ([%w, ]+)")))
            """,
            environment: environment)
        let object = try #require(Self.api.object(name))
        #expect(
            outcome.text == "false\t" + object.methods.map(\.name).sorted().joined(separator: ", ") + "\n", "\(outcome)"
        )
    }

    // MARK: - Options

    /// How each table of options reaches its function, as a format for the table's fields.
    static let calls = [
        "GetSecretOptions": "login() getSecret('X', { %@ })", "FolderSecretsOptions": "login() getSecrets{ %@ }",
        "FoldersOptions": "login():folders{ %@ }",
        "NamesOptions": "login():names{ %@ }", "InputOptions": "secret.input{ %@ }",
        "LoginOptions": "login{ %@ }",
        "PutOptions": "login():putSecret('X', secret.random(8), { %@ })",
        "PutManyOptions": "login():putSecrets({ X = secret.random(8) }, { %@ })",
        "LeaseOptions": "login():lease('x', { %@ })", "DeleteOptions": "login():deleteSecret('X', { %@ })",
        "Base64Options": "secret.base64(secret.random(8), { %@ })",
        "HmacOptions": "secret.hmac('sha256', secret.random(8), 'x', { %@ })",
        "RandomOptions": "secret.random(8, { %@ })", "PromptOptions": "secret.prompt('? ', { %@ })",
        "SpawnOptions": "spawn{ 'true', %@ }", "PipeOptions": "pipe{ { 'true' }, { 'true' }, %@ }",
        "PipeMember": "pipe{ { 'true', %@ }, { 'true' } }",
        "OutputFile": "spawn{ 'true', stdout = { file = '/dev/null', %@ } }",
        "InputFile": "spawn{ 'true', stdin = { file = '/dev/null', %@ } }",
        "MemoryFile": "spawn{ 'true', files = { A = { 'x', memfd = true, %@ } } }",
        "WriteOptions": "fs.write('x', 'y', { %@ })", "StatOptions": "fs.stat('/', { %@ })",
        "GlobOptions": "fs.glob('x', { %@ })", "MkdirOptions": "fs.mkdir('x', { %@ })",
        "RemoveOptions": "fs.remove('x', { %@ })", "CopyOptions": "fs.copy('x', 'y', { %@ })",
        "RequestOptions": "http.request{ url = 'http://127.0.0.1:1/', %@ }",
        "DownloadFile": "http.request{ url = 'http://127.0.0.1:1/', download = { file = '/dev/null', %@ } }",
        "RequestRetry": "http.request{ url = 'http://127.0.0.1:1/', retry = { %@ } }",
        "RecipeOptions": "recipe{ name = 'x', %@ }",
        "ParameterOptions": "recipe{ name = 'x', params = { a = { %@ } } }",
        "DeclaredSecret": "recipe{ name = 'x', secrets = { { name = 'x', %@ } } }",
        "TaskOptions": "task('x', { %@ }, print)", "ParallelOptions": "parallel{ print, %@ }",
        "RetryOptions": "retry({ %@ }, print)",
        "FailOptions": "fail('x', { %@ })", "JSONOptions": "json.encode({}, { %@ })",
        "JSONDecodeOptions": "json.decode('1', { %@ })",
        "GitCommitOptions": "require('git').commit{ message = 'x', %@ }", "GitHeadOptions": "require('git').head{ %@ }",
        "GitPushOptions": "require('git').push{ %@ }", "GitFetchOptions": "require('git').fetch{ %@ }",
        "GitCloneOptions": "require('git').clone{ url = 'x', into = 'y', %@ }",
    ]

    @Test func `every table of options is compared`() {
        #expect(Set(Self.api.allOptionTables.map(\.name)) == Set(Self.calls.keys))
    }

    @Test(arguments: calls.keys.sorted())
    func `take the same options`(name: String) throws {
        let table = try #require(Self.api.optionTable(name))
        let call = try #require(Self.calls[name]).replacingOccurrences(of: "%@", with: "zzzzzzzzzzzzzzzz = true")
        let outcome = try Program.script(
            """
            local ok, err = pcall(function() \(call) end)
            print(err.message:match('no option .*zzzz') and 'refused' or tostring(err))
            print((err.hint:match('.*: (.*)')))
            """,
            environment: environment)
        let lines = outcome.text.split(separator: "\n")
        try #require(lines.count == 2 && lines[0] == "refused", "\(outcome)")
        let found = lines[1].split(separator: ",").map { $0.filter { $0 != " " } }
        #expect(found.sorted() == table.options.map(\.name).sorted(), "\(outcome)")
    }
}
