import Foundation
import TestSupport
import Testing

/// Values that a script starts from, in a file each.
struct SecretFiles {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func write(_ name: String, _ bytes: Data) throws -> String {
        let path = try folder.write(name, "")
        try bytes.write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return path
    }
}

/// One derivation: what a script calls, on which bytes, and what must come of it.
struct DerivationCase: Sendable, CustomTestStringConvertible {
    var expression: String
    var input: Data
    var want: Data
    var testDescription: String { expression }

    init(_ expression: String, _ input: String, _ want: String) {
        self.init(expression, Data(input.utf8), Data(want.utf8))
    }

    init(_ expression: String, _ input: Data, _ want: Data) {
        (self.expression, self.input, self.want) = (expression, input, want)
    }

    static let bytes = Data((0..<259).map { UInt8(truncatingIfNeeded: $0) })

    static let all: [DerivationCase] = [
        DerivationCase("secret.base64(s)", bytes, Data(bytes.base64EncodedString().utf8)),
        DerivationCase("secret.base64(s)", "f", "Zg=="), DerivationCase("secret.base64(s)", "fo", "Zm8="),
        DerivationCase("secret.base64(s)", "foo", "Zm9v"), DerivationCase("secret.base64(s)", "", ""),
        DerivationCase("secret.base64(s, { url = true })", Data([0xFB, 0xFF, 0xFE, 1]), Data("-__-AQ==".utf8)),
        DerivationCase("secret.base64(s, { url = true, padding = false })", Data([0xFB, 0xFF, 0xFE, 1]), Data("-__-AQ".utf8)),
        DerivationCase("secret.base64(s, { padding = false })", "fo", "Zm8"),
        DerivationCase("secret.base64Decode(s)", Data(bytes.base64EncodedString(options: .lineLength64Characters).utf8), bytes),
        DerivationCase("secret.base64Decode(s)", "-__-AQ", "\u{0}").replaced(Data([0xFB, 0xFF, 0xFE, 1])),
        DerivationCase("secret.base64Decode(s)", "Zm8=\n", "fo"), DerivationCase("secret.base64Decode(s)", "", ""),
        DerivationCase("secret.hex(s)", bytes, Data(bytes.map { String(format: "%02x", $0) }.joined().utf8)),
        DerivationCase("secret.urlEncode(s)", "a-b.c_d~e/f g+h&i=%\u{e9}", "a-b.c_d~e%2Ff%20g%2Bh%26i%3D%25%C3%A9"),
        DerivationCase("secret.trim(s)", " \t\r\n value with  blanks\u{b}\u{c}\n\n", "value with  blanks"),
        DerivationCase("secret.trim(s)", " \n ", ""),
        DerivationCase("secret.field(s, 'a.b')", #"{"x":1,"a":{"c":2,"b":"q\"\u00e9\n"}}"#, "q\"\u{e9}\n"),
        DerivationCase("secret.json{ b = s, a = { 1, 2.5, true, json.null, 'x' }, c = { d = s } }", "q\"\\\n\u{e9}", #"{"a":[1,2.5,true,null,"x"],"b":"q\"\\\u000a\#u{e9}","c":{"d":"q\"\\\u000a\#u{e9}"}}"#),
        DerivationCase("secret.json{ s, s }", "v", #"["v","v"]"#), DerivationCase("secret.json(s)", "v", #""v""#),
        DerivationCase("secret.hmac('sha1', s, 'what do ya want for nothing?')", "Jefe", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        DerivationCase("secret.hmac('sha256', s, 'what do ya want for nothing?')", "Jefe", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        DerivationCase(
            "secret.hmac('sha512', s, 'what do ya want for nothing?')", "Jefe", "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"),
        DerivationCase("secret.hmac('sha256', s, secret.template('what do ya want for nothing?', {}), { format = 'base64' })", "Jefe", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="),
        DerivationCase("secret.hmac('sha256', s, '')", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
        DerivationCase("secret.template('${s}:${s}${t}', { s = s, t = secret.hex(s) })", "ab", "ab:ab6162"),
    ]

    private func replaced(_ want: Data) -> DerivationCase { DerivationCase(expression, input, want) }
}

/// New secrets from old ones: that they are right, that they are masked, and that nothing is told of the value.
@Suite struct `Derived secrets` {
    @Test func `an environment file may have a value that begins the name of another setting`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("own.env", "STAGE=PROD\nPROD_KEY='a # b'\nAPP=\"long\\tvalue\"\n", mode: 0o600)
        let outcome = try Program.script(
            #"""
            local found = secret.dotenv(arg[1])
            print(found.STAGE, found.PROD_KEY ~= nil)
            spawn{ "sh", "-c", "printf '%s|%s' \"$A\" \"$B\" | wc -c", env = { A = found.PROD_KEY, B = found.APP } }
            """#, [file])
        #expect(outcome.text == "[secret:STAGE]\ttrue\n16\n", "\(outcome)")
    }

    /// A file in memory that was read through a mapping has the times that it had when it is written through it.
    @Test func `an environment file in memory may have been written by a program of this run`() throws {
        let vault = try DevelopmentVault(secrets: ["CFG": #"{"password":"a-long-value"}"#])
        let folder = try TemporaryFolder(in: "/dev/shm")
        let file = try folder.write("own.env", String(repeating: "\n", count: 4096), mode: 0o600)
        // What has changed in the second before a run counts as changed in it.
        usleep(2_100_000)
        let code = #"""
            local before = pcall(secret.dotenv, arg[1])
            spawn{ "python3", "-c", [[
            import mmap, os, sys
            m = mmap.mmap(os.open(sys.argv[1], os.O_RDWR), 4096)
            sum(m[i] for i in range(0, 4096, 512))
            text = b'A="' + os.environb[b"T"] + b'"'
            m[:] = text + b"\n" * (4096 - len(text))
            ]], arg[1], env = { T = getSecret("CFG") } }
            local ok, e = pcall(secret.dotenv, arg[1])
            print(before, ok, e.reason)
            """#
        let outcome = try Program.script(code, [file], environment: vault.environment)
        #expect(
            outcome.text == "true\tfalse\ta value that this run has from the vault stands in it, and those are not taken apart\n",
            "\(outcome)")
    }

    /// Each file is one chance: a program writes when it sees that the file is opened.
    @Test func `an environment file that is written while it is read is one of this run`() throws {
        let vault = try DevelopmentVault(secrets: ["PAT": "abcd1234 #efgh5678"])
        let folder = try TemporaryFolder()
        for number in 0..<40 {
            try folder.write("\(number).env", "A=old\n" + String(repeating: "#\n", count: 15_000), mode: 0o600)
        }
        // What has changed in the second before a run counts as changed in it.
        usleep(2_100_000)
        let code = #"""
            local writer <close> = spawn{ "python3", "-c", [[
            import ctypes, os
            files = [os.open("%d.env" % i, os.O_WRONLY) for i in range(40)]
            events = ctypes.CDLL(None)
            watcher = events.inotify_init()
            marks = [events.inotify_add_watch(watcher, b"%d.env" % i, 32) for i in range(40)]
            text = b"A=" + os.environb[b"T"] + b"\n"
            open("ready", "w").close()
            for file in files:
                os.read(watcher, 4096)
                os.pwrite(file, text, 0)
            ]], env = { T = getSecret("PAT") }, cwd = arg[1], background = true }
            repeat sleep(0.01) until fs.exists(arg[1] .. "/ready")
            local values, words = {}, {}
            for i = 1, 40 do
              values["V" .. i], words[i] = secret.dotenv(arg[1] .. "/" .. i - 1 .. ".env").A, "${#V" .. i .. "}"
            end
            print(spawn{ "bash", "-c", "echo " .. table.concat(words, " "), env = values, allowShort = true, capture = true }.stdout)
            """#
        let outcome = try Program.script(code, [folder.path], environment: vault.environment)
        let lengths = Set(outcome.text.split(whereSeparator: \.isWhitespace))
        #expect(!lengths.isEmpty && lengths.isSubset(of: ["3", "18"]), "\(outcome)")
    }

    @Test(arguments: DerivationCase.all) func `hold what they should`(testCase: DerivationCase) throws {
        let files = try SecretFiles()
        let outcome = try Program.script(
            """
            local s = secret.file(arg[1])
            local made = \(testCase.expression)
            spawn{ "cmp", "${file:MADE}", "${file:WANT}", files = { MADE = made, WANT = secret.file(arg[2]) }, allowShort = true }
            print("same")
            """, [try files.write("input", testCase.input), try files.write("want", testCase.want)])
        #expect(outcome.text == "same\n" && outcome.code == 0, "\(outcome)")
    }

    /// A mask has the name of the secret that it is of, whatever was made of it.
    @Test func `are masked exactly as derived, and handles named after what was done`() throws {
        let canary = Canary()
        let files = try SecretFiles()
        let json = "{\"user\":\"deployer\",\"key\":\"\(canary.value)\"}"
        let outcome = try Program.script(
            #"""
            local s = secret.trim(secret.file(arg[1]))
            local field = secret.field(s, "key")
            local made = {
              field, secret.hmac("sha256", field, "message"), secret.base64(secret.hex(field)), secret.json{ k = field, n = 1 },
              secret.random(32), secret.random(20, { alphabet = "abcdefgh", name = "PIN" }), secret.template("a-${x}", { x = field }),
              secret.urlEncode(s), secret.base64(secret.template("${a}${b}", { a = s, b = field })),
            }
            for i, handle in ipairs(made) do
              print(handle, spawn{ "cat", stdin = handle, capture = true }.stdout)
              made[i] = handle:source().provider
            end
            print(table.concat(made, " "))
            """#, [try files.write("service.json", Data(json.utf8))])
        #expect(
            outcome.text == """
                [secret:trim(service.json).key]\t[secret:trim(service.json).key]
                [secret:hmac(trim(service.json).key)]\t[secret:hmac]
                [secret:base64(hex(trim(service.json).key))]\t[secret:trim(service.json).key]
                [secret:json(trim(service.json).key)]\t{"k":"[secret:trim(service.json).key]","n":1}
                [secret:random]\t[secret:random]
                [secret:PIN]\t[secret:PIN]
                [secret:trim(service.json).key]\ta-[secret:trim(service.json).key]
                [secret:urlEncode(trim(service.json))]\t[secret:service.json]
                [secret:base64(trim(service.json)+trim(service.json).key)]\t[secret:service.json+trim(service.json).key]
                field hmac base64 json random random template urlEncode base64

                """, "\(outcome)")
        #expect(canary.found(in: outcome) == nil, "\(outcome)")
    }

    /// Base64 of V and blanks is nothing but U, however long it is; its hexadecimal form is nothing but 5.
    @Test func `that are taken out of draws do not reach into a value of the vault`() throws {
        for (canary, isBegun) in [("U" + Canary().value, true), ("V" + Canary().value, false), ("5" + Canary().value, true)] {
            let vault = try DevelopmentVault(secrets: ["VALUE": canary])
            let outcome = try Program.script(
                #"""
                local value = getSecret("VALUE")
                local known
                repeat
                  local ok, text = pcall(secret.base64Decode, secret.random(64, { alphabet = " V" }))
                  known = ok and text
                until known
                secret.hex(known)
                for _, letter in ipairs{ "U", "5" } do
                  local lines, count = {}, 7
                  for i = 1, 150 do lines[i] = letter:rep(i) end
                  local shown = spawn{ "printf", "%s\\n", table.unpack(lines), capture = true }.stdout
                  for line in shown:gmatch("%S+") do
                    if line:find("secret:", 1, true) then break end
                    count = #line
                  end
                  local out = spawn{ "sh", "-c", 'printf %s%s "$1" "$V"', "sh", letter:rep(count), env = { V = value }, capture = true }.stdout
                  print(out == letter:rep(count) .. "[secret:VALUE]")
                end
                """#, environment: vault.environment)
            #expect(outcome.text == "true\ntrue\n", "\(isBegun) \(outcome)")
        }
    }

    /// The whole around a value in base64 ends as the script likes.
    @Test func `that are hashes are not reached into by what stands around a value`() throws {
        let vault = try DevelopmentVault(secrets: ["TOKEN": String((Canary().value + Canary().value).prefix(38))])
        let outcome = try Program.script(
            #"""
            local token = getSecret("TOKEN")
            local hash = secret.hmac("sha256", token, "m", { format = "base64" })
            local first = secret.base64(secret.template("${t}", { t = token }), { padding = false })
            local all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            for i = 1, #all do secret.base64(secret.template("${t}" .. string.char(i - 1), { t = token }), { padding = false }) end
            io.write(spawn{ "cat", "/dev/fd/3", "/dev/fd/4", fds = { [3] = first, [4] = hash }, capture = true }.stdout)
            """#, environment: vault.environment)
        #expect(outcome.text == "[secret:TOKEN][secret:hmac]", "\(outcome)")
    }

    /// RFC 4231, case 2: whoever tries all keys of four letters knows the hash, and would see by its mask that the value
    /// behind it begins with the hash's last letter.
    @Test func `that can be found by trying all do not reach into a value of the vault`() throws {
        let hash = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        for (canary, isBegun) in [("3" + Canary().value, true), ("4" + Canary().value, false)] {
            let vault = try DevelopmentVault(secrets: ["KEY": "Jefe", "VALUE": canary])
            let outcome = try Program.script(
                #"""
                local all = getSecrets()
                local hash = secret.hmac("sha256", all.KEY, "what do ya want for nothing?")
                spawn{ "sh", "-c", 'printf "%s$V\n" "$1"', "sh", arg[1], env = { V = all.VALUE } }
                spawn{ "printenv", "H", env = { H = hash } }
                """#, [String(hash.dropLast())], environment: vault.environment)
            #expect(outcome.text == hash.dropLast() + "[secret:VALUE]\n[secret:hmac]\n", "\(isBegun) \(outcome)")
        }
    }

    @Test func `have names that stay short`() throws {
        let outcome = try Program.script(
            "local s = secret.random(8) for _ = 1, 40 do s = secret.trim(s) end print(#s:name() < 200, s)")
        #expect(outcome.code == 0 && outcome.text.hasPrefix("true\t[secret:trim(trim("), "\(outcome)")
    }

    @Test func `are random in the form and length that was asked for`() throws {
        let outcome = try Program.script(
            #"""
            local function shape(handle, pattern)
              print(spawn{ "sh", "-c", 'printf %s "$S" | grep -Ecx "$P"', env = { S = handle, P = pattern }, capture = true, check = false }.stdout)
            end
            shape(secret.random(32), "[A-Za-z0-9_-]{43}")
            shape(secret.random(16, { format = "hex" }), "[0-9a-f]{32}")
            shape(secret.random(32, { format = "base64" }), "[A-Za-z0-9+/]{43}=")
            shape(secret.random(600, { alphabet = "xyz" }), "[xyz]{600}")
            spawn{ "sh", "-c", 'test "$A" != "$B" && echo different', env = { A = secret.random(16), B = secret.random(16) } }
            """#)
        #expect(outcome.text == "1\n\n1\n\n1\n\n1\n\ndifferent\n", "\(outcome)")
    }

    @Test(arguments: [
        ("secret.base64('x')", "secret.base64: expected a secret, got a string"),
        ("secret.base64(s, { uri = true })", "did you mean \"url\"?"), ("secret.hex(s, {})", "it takes one argument"),
        ("secret.field(s, '')", "secret.field: path"), ("secret.field(s, s)", "secret.field: path: expected the names of fields"),
        ("secret.hmac('md5', s, '')", "it knows: sha1, sha256, sha512"), ("secret.hmac('sha256', 'k', '')", "secret.hmac: key: expected a secret"),
        ("secret.hmac('sha256', s)", "secret.hmac: message: expected a secret, got nothing"),
        ("secret.hmac('sha256', s, 'm', { format = 'b' })", "format: expected \"hex\", \"base64\", \"base64url\""),
        ("secret.json('x')", "secret.json: value: expected a table"), ("secret.json{ a = print }", "secret.json: a function has no form"),
        ("secret.json{ [s] = 1 }", "secret.json: a table has the key [secret:random]"),
        ("local t = {} t.t = t secret.json(t)", "secret.json: a table holds itself"),
        ("secret.random(3)", "from 4 to 1024"), ("secret.random(s)", "secret.random: count: expected a number"),
        ("secret.random(8, { alphabet = 'aa' })", "different ASCII characters"), ("secret.random(8, { format = 'hex', alphabet = 'ab' })", "exclude one another"),
        ("secret.random(8, { name = 'a b' })", "secret.random: name"), ("secret.file('/nonexistent/x')", "the folder nonexistent does not exist"),
        ("secret.file(s)", "secret.file: path: expected the path of a file, got the secret random"),
        ("secret.prompt('Password: ')", "there is no terminal"), ("secret.base64(s:close() or s)", "the secret random has been closed"),
    ])
    func `are refused with what is wrong`(code: String, message: String) throws {
        let outcome = try Program.run(["-w", Program.path, "-e", "local s = secret.random(8) \(code)"], program: "/usr/bin/setsid")
        #expect(outcome.code != 0 && outcome.errorText.contains(message), "\(outcome)")
    }

    @Test func `come from files by the rule for credentials files`() throws {
        let files = try SecretFiles()
        let canary = Canary()
        let path = try files.write("token", Data((canary.value + "\n").utf8))
        let own = try files.write("own.env", Data("INFISICAL_TOKEN=x\n".utf8))
        let profile = try files.folder.write("config/vaultscript/credentials/default.env", "INFISICAL_TOKEN=x\n")
        let script = #"""
            print(secret.file(arg[1]), secret.file(arg[1]):source().provider)
            spawn{ "cat", stdin = secret.trim(secret.file(arg[1])) } print()
            for i = 2, #arg do print(i, (select(2, pcall(secret.file, arg[i])).message), select(2, pcall(secret.file, arg[i])).kind) end
            """#
        _ = unsafe symlink(path, files.folder.path + "/link")
        _ = unsafe symlink(own, files.folder.path + "/ownlink")
        let open = try files.write("open", Data("x".utf8))
        _ = unsafe chmod(open, 0o644)
        _ = unsafe mkfifo(files.folder.path + "/pipe", 0o600)
        let large = try files.write("large", Data(count: 48 * 1024 + 1))
        let refused = [open, files.folder.path, files.folder.path + "/pipe", large, own, files.folder.path + "/ownlink", profile, "/proc/self/environ", "/proc/self/maps"]
        let outcome = try Program.script(
            script, [path] + refused, options: ["--credentials", own], environment: ["XDG_CONFIG_HOME": files.folder.path + "/config"])
        let lines = outcome.text.split(separator: "\n").map(String.init)
        #expect(lines.prefix(2) == ["[secret:token]\tfile", "[secret:token]"], "\(outcome)")
        #expect(lines.count == 2 + refused.count && canary.found(in: outcome) == nil, "\(outcome)")
        for (index, line) in lines.dropFirst(2).enumerated() {
            let ending =
                switch index {
                case 4...6: "is not handed on\tdenied"
                case 7...8: "is out of reach of scripts\tdenied"
                default: "is not read\tusage"
                }
            #expect(line.hasSuffix(ending), "\(line)")
        }
    }

    // MARK: - Nothing is told

    static let letters: [UInt8] = (0..<4000).map { place -> UInt8 in UInt8(65 + place * 7 % 26) }

    /// Values of every length and shape; a file each, under the same name.
    static let shapes: [(name: String, bytes: Data)] = [
        ("one byte", Data("q".utf8)), ("four", Data("Qz7%".utf8)), ("forty", Data("kJ8".utf8) + Data(repeating: 0x78, count: 37)),
        ("four thousand", Data(letters)),
        ("JSON", Data(#"{"key":{"inner":"Wq8vvK2mZ4"},"n":17}"#.utf8)), ("base64", Data("c29tZSB2YWx1ZSB0aGF0IGlzIGxvbmc=".utf8)),
        ("lines", Data("first line of it\nsecond line of it\r\n\nthird line\n".utf8)), ("empty", Data()),
        ("blanks", Data("  \n ".utf8)), ("quotes", Data(#"'"\${x}`"#.utf8)),
    ]
    static let binary: [(name: String, bytes: Data)] = [
        ("NUL", Data([0x51, 0, 0, 0x7A, 0, 0x37])), ("0xFF", Data(repeating: 0xFF, count: 12)), ("control", Data([1, 2, 3, 27, 127])),
    ]

    /// Every operation that takes a handle and starts no child, each with all that it says.
    static let questions = #"""
        local s = secret.file(arg[1])
        local function say(name, f, ...)
          local results = table.pack(pcall(f, ...))
          for i = 1, results.n do results[i] = tostring(results[i]) end
          print(name, table.concat(results, " | "))
          return select(2, pcall(f, ...))
        end
        local makers = {
          template = function() return secret.template("x${s}y${s}", { s = s }) end,
          base64 = function() return secret.base64(s) end, basexurl = function() return secret.base64(s, { url = true, padding = false }) end,
          hex = function() return secret.hex(s) end, urlEncode = function() return secret.urlEncode(s) end, trim = function() return secret.trim(s) end,
          hmacKey = function() return secret.hmac("sha256", s, "m") end, hmacMessage = function() return secret.hmac("sha512", secret.random(16), s) end,
          nested = function() return secret.hex(secret.template("${a}", { a = secret.trim(s) })) end,
        }
        -- In parts: of a large value one run has no room for all of them.
        for name in (arg[3]):gmatch("%w+") do
          local made = say(name, makers[name])
          say(name .. ":name", made.name, made)
          for key, value in pairs(made:source()) do print(key, value) end
          say(name .. ":close", made.close, made)
          say(name .. ":closed", secret.hex, made)
        end
        if arg[2] == "text" and arg[3] == "" then
          local made = say("json", secret.json, { a = s, b = { s, 1 } })
          say("json again", secret.field, made, "b.a")
        end
        local other = secret.file(arg[1])
        local asked = {
          print = function() print(s) end, tostring = function() return tostring(s) end, format = function() return ("%s|%7s|%.4s"):format(s, s, s) end,
          q = function() return ("%q"):format(s) end, d = function() return ("%d"):format(s) end, concat = function() return s .. "x" end,
          len = function() return #s end, lt = function() return s < other end, le = function() return s <= other end, eq = function() return s == other, s == s end,
          rawequal = function() return rawequal(s, other) end, rawlen = function() return rawlen(s) end, rawget = function() return rawget(s, 1) end,
          rawset = function() return rawset(s, 1, 1) end, add = function() return s + 1 end, unm = function() return -s end, band = function() return s & 1 end,
          call = function() return s() end, pairs = function() return pairs(s) end, ipairs = function() for _ in ipairs(s) do end end, next = function() return next(s) end,
          index = function() return s.value end, number = function() return s[1] end, newindex = function() s.x = 1 end, metatable = function() return getmetatable(s) end,
          setmetatable = function() return setmetatable(s, {}) end, rep = function() return string.rep(s, 2) end, upper = function() return string.upper(s) end,
          tonumber = function() return tonumber(s), tonumber(s, 16) end, floor = function() return math.floor(s) end, utf8 = function() return utf8.len(s) end,
          tconcat = function() return table.concat{ "a", s } end, sort = function() table.sort{ s, other } end, unpack = function() return table.unpack(s) end,
          encode = function() return json.encode(s) end, encodeIn = function() return json.encode{ a = s } end, error = function() error(s) end, fail = function() fail(s) end,
          log = function() log.warn(s) end, logField = function() log.warn("m", { s = s }) end, getenv = function() return os.getenv(s) end, require = function() return require(s) end,
          load = function() return load(s) end, wrap = function() return coroutine.wrap(s) end, sleep = function() sleep(s) end, exit = function() os.exit(s) end,
          read = function() return io.read(s) end, write = function() io.write(s) end, date = function() return os.date(s) end, defer = function() defer(s) end,
          getSecret = function() return getSecret(s) end, getOptions = function() return login{ token = s } end, domain = function() return login{ domain = s } end,
          project = function() return login{ project = s } end, loginSecret = function() return login{ clientSecret = s } end,
          argv = function() spawn{ "echo", s } end, program = function() spawn{ s } end, cwd = function() spawn{ "true", cwd = s } end, envKey = function() spawn{ "true", env = { [s] = "x" } } end,
          env = function() spawn{ "true", env = s } end, loader = function() spawn{ "true", env = { LD_PRELOAD = s } } end, timeout = function() spawn{ "true", timeout = s } end,
          capture = function() spawn{ "true", capture = s } end, fds = function() spawn{ "true", fds = { [1] = s } } end, files = function() spawn{ "true", files = { ["a b"] = s } } end,
          stdin = function() spawn{ "true", stdin = { file = s } } end, spawn = function() spawn("echo", s) end, hexText = function() return secret.hex("x") end,
        }
        local names = {}
        for name in pairs(asked) do names[#names + 1] = name end
        table.sort(names)
        for _, name in ipairs(names) do say(name, asked[name]) end
        print(({ [s] = 1 })[s], ({ [s] = 1 })[other])
        -- What a handle takes in the worker. Of many: a few bytes more or less are Lua's own.
        local kept = table.pack(secret.trim(s))
        for i = 1, 1000 do kept[i] = false end
        collectgarbage() collectgarbage()
        local before = collectgarbage("count")
        for i = 1, 1000 do kept[i] = secret.trim(s) end
        collectgarbage() collectgarbage()
        print(math.floor((collectgarbage("count") - before) * 1024 / 1000 / 8 + 0.5) * 8)
        """#

    private func answers(_ shape: (name: String, bytes: Data), in files: SecretFiles, kind: String) throws -> [String] {
        let path = try files.write("value", shape.bytes)
        let script = try files.folder.write("script.lua", Self.questions)
        return try ["template base64 basexurl hex", "urlEncode trim hmacKey hmacMessage nested", ""].map { part in
            let outcome = try Program.run([script, path, kind, part], environment: ["XDG_CONFIG_HOME": files.folder.path])
            #expect(outcome.code == 0, "\(shape.name): \(outcome)")
            return outcome.text + outcome.errorText
        }
    }

    @Test func `answer every question the same, whatever the value`() throws {
        let files = try SecretFiles()
        let first = try answers(Self.shapes[0], in: files, kind: "text")
        #expect(first[0].contains("[secret:base64(value)]") && first[2].contains("cannot be measured"), "\(first)")
        for shape in Self.shapes.dropFirst() {
            #expect(try answers(shape, in: files, kind: "text") == first, "\(shape.name)")
        }
        let plain = try answers(Self.shapes[0], in: files, kind: "binary")
        for shape in Self.binary {
            #expect(try answers(shape, in: files, kind: "binary") == plain, "\(shape.name)")
        }
    }

    @Test(arguments: [
        ("secret.base64Decode(s)", ["q", "a", "Zg=", "Zg===", "=", "Zh==", "Z", "Zm8=Zm8=", "Zg==x", "\u{0}", "\u{ff}", "Zm9v!"]),
        (
            "secret.field(s, 'a.b')",
            ["", "q", "{", "[]", "{}", "{\"a\":1}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":null}}", "{\"a\":{\"b\":\"x\",\"b\":\"y\"}}", "{\"a\":{\"b\":\"x\"}", "{\"a\":{\"b\":\"\\ud800\"}}", "\u{0}"]
        ),
    ])
    func `fail with one error, whatever is wrong with the value`(code: String, values: [String]) throws {
        let files = try SecretFiles()
        var texts: Set<String> = []
        for value in values {
            let path = try files.write("value", Data(value.utf8))
            let outcome = try Program.run(["-e", "local s = secret.file(arg[1]) \(code)", path])
            #expect(outcome.code != 0, "\(value): \(outcome)")
            texts.insert(outcome.text + outcome.errorText)
        }
        #expect(texts.count == 1, "\(texts)")
    }

    @Test(arguments: [("a template", "secret.template('${s}' .. n, { s = s })"), ("base64", "secret.base64(secret.template('${s}' .. n, { s = s }))")])
    func `use up what a run may have after the same number, whatever the value`(name: String, code: String) throws {
        let files = try SecretFiles()
        let script = """
            local s, n = secret.file(arg[1]), 0
            local ok, e = pcall(function() while true do \(code) n = n + 1 end end)
            print(n, e.kind, e)
            """
        var texts: Set<String> = []
        for value in ["a", "p%ss w0rd\"'", String(repeating: "b", count: 100)] {
            let outcome = try Program.script(script, [try files.write("value", Data(value.utf8))])
            texts.insert(outcome.text + outcome.errorText)
        }
        #expect(texts.count == 1 && texts.first?.contains("\tlimit\tthere is no secret memory left") == true, "\(name): \(texts)")
    }

    @Test func `that use up secret memory itself end the run, and no pcall sees it`() throws {
        let files = try SecretFiles()
        let value = Data(String(repeating: "p%ss&w0rd!\"<>x+=/a b'", count: 180).utf8)
        let outcome = try Program.script(
            """
            local n = 0
            print(pcall(function()
              while true do spawn{ "sh", "-c", 'cat "$0"; echo ' .. n, arg[1], capture = "secret" } n = n + 1 end
            end))
            """, [try files.write("value", value)])
        #expect(outcome.code == 1 && outcome.text == "", "\(outcome)")
        #expect(outcome.errorText.contains("there is no secret memory left\nthe values of this run"))
    }

    @Test func `too large by a bound that everybody can see are refused whatever they hold`() throws {
        let outcome = try Program.script(
            #"""
            for _, text in ipairs{ "a", ("a"):rep(40) } do
              local s = spawn{ "printf", "%s", text, capture = "secret" }.stdout
              print(pcall(secret.template, ("${s}"):rep(16), { s = s }))
              print(secret.hex(s), pcall(secret.template, ("${s}"):rep(9), { s = secret.hex(s) }))
            end
            """#)
        let half = outcome.text.split(separator: "\n").count / 2
        let lines = outcome.text.split(separator: "\n").map(String.init)
        #expect(half > 1 && Array(lines.prefix(half)) == Array(lines.suffix(half)), "\(outcome)")
        #expect(outcome.text.contains("secret.template: the result could be too large"), "\(outcome)")
    }

    @Test func `follow the file when it changes`() throws {
        let files = try SecretFiles()
        let outcome = try Program.script(
            #"""
            local function read() return secret.trim(secret.file(arg[1])) end
            local before = read()
            spawn{ "sh", "-c", 'printf "the new one\n" > "$0"', arg[1] }
            local after = read()
            spawn{ "sh", "-c", 'test "$B" = "the old one" && test "$A" = "the new one" && echo right', env = { B = before, A = after } }
            """#, [try files.write("token", Data("the old one\n".utf8))])
        #expect(outcome.text == "right\n", "\(outcome)")
    }

    @Test func `cost memory once, however often they are fetched or made`() throws {
        let files = try SecretFiles()
        let outcome = try Program.script(
            """
            local kept = {}
            for i = 1, 3000 do
              local s = secret.file(arg[1])
              kept[#kept + 1] = secret.hex(secret.template("${s}!", { s = s }))
            end
            print(#kept)
            """, [try files.write("value", Data(repeating: 0x61, count: 1000))])
        #expect(outcome.text == "3000\n" && outcome.code == 0, "\(outcome)")
    }

    @Test func `a text that the script can have as text covers no end of a value, in base64 neither`() throws {
        let vault = try DevelopmentVault(secrets: ["TOKEN": "correct-horse-Xk93-battere"])
        let script = #"""
            local token = getSecret("TOKEN")
            local hint = os.getenv("HINT")
            local known = { hint, [2] = arg[1] }
            local made = secret.env("HINT")
            if arg[1] then made = secret.base64(secret.template("xx${h}", { h = made })) end
            for _, text in ipairs(known) do
              print(spawn{ "cat", stdin = secret.template("${t}" .. text:sub(2), { t = token }), capture = true }.stdout)
            end
            """#
        func shown(_ hint: String, _ arguments: [String] = []) throws -> String {
            try Program.script(script, arguments, environment: vault.environment.merging(["HINT": hint]) { $1 }).text
        }
        #expect(try shown("eGuessText1234") == "[secret:TOKEN]GuessText1234\n")
        #expect(try shown("zGuessText1234") == "[secret:TOKEN]GuessText1234\n")
        // The part that is all the variable's own begins with "e", or with "z".
        for (hint, end) in [("^rest-of-it!", "e"), ("srest-of-it!", "z")] {
            let inner = Data("xx\(hint)".utf8).base64EncodedString().dropFirst(3)
            #expect(inner.hasPrefix(end))
            #expect(try shown(hint, [String(inner)]).contains("[secret:TOKEN]\(inner.dropFirst())\n"))
        }
    }

    @Test func `two fields whose names look the same are two`() throws {
        let outcome = try Program.script(
            #"""
            local s = secret.env("DOCUMENT")
            local plain, kelvin = secret.field(s, "K"), secret.field(s, "\u{212A}")
            spawn{ "sh", "-c", 'test "$A" = first-value && test "$B" = other-value && echo both', env = { A = plain, B = kelvin } }
            """#, environment: ["DOCUMENT": "{\"K\":\"first-value\",\"\u{212A}\":\"other-value\"}"])
        #expect(outcome.text == "both\n", "\(outcome)")
    }
}
