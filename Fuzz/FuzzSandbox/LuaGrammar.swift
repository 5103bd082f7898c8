import FuzzSupport

/// Makes Lua programs out of choices: all compile, each has two handles and a session in scope, and all come to an end.
///
/// Patterns in which `$s` stands for a statement, `$b` for some, `$e` for an expression, `$f` for a function, `$n` for a
/// variable, `$k` for a key and `$t` for a text. The first of each list ends by itself. Every loop and function counts
/// in `T`, so that no recursion through a metatable runs for ever.
struct LuaGrammar {
    static func program(_ choices: inout Choices) -> String {
        var grammar = LuaGrammar(choices: choices)
        var text = start
        while !grammar.choices.isEmpty, text.utf8.count < 8192 {
            let statement = grammar.expand(grammar.choices.pick(statements), depth: 0)
            // An error that nobody catches is the end of a program.
            text += (grammar.choices.oneIn(32) ? statement : "pcall(function() \(statement) end)") + "\n"
        }
        choices = grammar.choices
        return text
    }

    private static let start = """
        local count = 0
        local function T() count = count + 1 if count > 300 then error("enough", 0) end end
        local s = login()
        local h, g = s:getSecret("PAT"), getSecret("KEY")
        local a, b, c, d = {}, "text", 3, function(...) T() return ... end

        """

    private var choices: Choices

    private init(choices: Choices) { self.choices = choices }

    private mutating func expand(_ pattern: String, depth: Int) -> String {
        var text = ""
        var isMark = false
        for character in pattern {
            if isMark {
                text += filled(character, depth: depth + 1)
                isMark = false
            } else if character == "$" {
                isMark = true
            } else {
                text.append(character)
            }
        }
        return text
    }

    private mutating func filled(_ mark: Character, depth: Int) -> String {
        let isDeep = depth > 5
        switch mark {
        case "s": return isDeep ? "T()" : expand(choices.pick(Self.statements), depth: depth)
        case "b":
            let patterns = (0..<choices.below(isDeep ? 1 : 3)).map { _ in choices.pick(Self.statements) }
            return patterns.map { expand($0, depth: depth) }.joined(separator: " ")
        case "e":
            return isDeep || choices.oneIn(2)
                ? choices.pick(Self.atoms) : expand(choices.pick(Self.expressions), depth: depth)
        case "f": return isDeep ? "d" : expand(choices.pick(Self.functions), depth: depth)
        case "k": return choices.pick(Self.keys)
        case "t": return choices.pick(Self.texts)
        default: return choices.pick(["a", "b", "c", "d", "h", "g", "s"])
        }
    }
}

// MARK: - The patterns

extension LuaGrammar {
    private static let atoms = [
        "nil", "h", "g", "s", "a", "b", "c", "d", "true", "0", "-1", "3", "255", "1e300", "0/0", "math.maxinteger",
        "math.mininteger", "''", "'text'", "{}", "_G", "json.null", "coroutine.running()",
    ]
    private static let texts = [
        "'PAT'", "'%s'", "'%q'", "'%d'", "'%p'", "'%99.99f'", "'${a}'", "'${h}${x}'", "'$${'", "'.'", "'(.)(.)'",
        "'%b()'",
        "'[^%w]'", "'return h'", "'x = 1'", "'local z <close> = ... return z'", "'\\27Lua'", "'git'", "'module'",
        "'../x'",
        "'INFISICAL_TOKEN'", "'{\"a\":[1,null]}'", "'[[[['", "('x'):rep(1000)", "b", "tostring(h)",
    ]
    private static let keys = [
        "a", "__index", "__newindex", "__gc", "__close", "__mode", "__name", "__metatable", "__tostring", "__eq",
        "__lt",
        "__concat", "__len", "__call", "__pairs", "name", "close", "source", "message", "kind", "env", "capture", "n",
        "env", "stdin", "files",
    ]
    private static let functions = [
        "d", "function(...) T() return ... end", "function(x, y) T() $b return $e end", "tostring", "pcall", "error",
        "next", "rawget", "setmetatable", "getmetatable", "spawn", "getSecret", "coroutine.wrap($f)", "h.close",
        "h.name",
        "s.getSecret", "secret.template", "json.encode", "string.format", "coroutine.yield", "coroutine.resume",
        "coroutine.close", "debug.traceback", "require", "login", "log.info", "print", "select", "io.write", "defer",
        "collectgarbage", "table.unpack", "rawequal", "sleep", "fail", "os.exit",
        "function(...) T() sleep(0) return ... end",
    ]
    private static let expressions = [
        "($e)", "$e .. $e", "$e + $e", "$e // $e", "-$e", "#$e", "~$e", "$e == $e", "$e < $e", "$e <= $e", "not $e",
        "$e and $e", "{ $e, $e }", "{ $k = $e, $k = $e }", "{ [$e or 1] = $e }", "($e).$k", "($e)[$e]", "$n.$k",
        "$f($e)", "$f($e, $e)", "$f($f, $e, $e)", "($e):$k($e)", "pcall($f, $e, $e)", "select(2, pcall($f, $e))",
        "tostring($e)", "tonumber($e)", "type($e)", "($t):format($e, $e)", "($t):rep(3, $t)", "($t):gsub($t, $f)",
        "($t):find($t)", "($t):byte(1, -1)", "load($t)", "load($t, $t, 'bt', $e)", "load(function() T() return $t end)",
        "setmetatable({}, { $k = $f })", "setmetatable({}, { $k = $e, $k = $f })", "getmetatable($e)",
        "rawequal($e, $e)",
        "rawlen({ $e })", "coroutine.create($f)", "coroutine.wrap($f)($e)", "coroutine.isyieldable()",
        "coroutine.status(coroutine.create($f))", "json.encode($e)", "json.decode($t)", "next({ $e })",
        "table.concat({ $e, $e }, $t)", "table.pack($e, $e)", "string.pack('s', $e)", "string.pack('i8', $e)",
        "utf8.char(c)", "utf8.len($t)", "math.type($e)", "os.date($t)", "os.time()", "os.getenv($t)", "io.read($e)",
        "require($t)", "secret.template($t, { a = $e, h = $e })", "secret.env($t)", "s:getSecret($t, $e)",
        "getSecrets($e)", "s:names($e)", "spawn{ $t, $t, env = { A = $e }, capture = true }",
        "spawn{ $e, capture = $e, stdin = $e, $k = $e }", "pipe{ { $t }, { $t, env = { A = $e } }, capture = true }",
        "spawn{ $t, env = { A = $e }, background = true, capture = true }", "spawn{ $t, background = true }:lines()",
        "spawn{ $t, background = true }:wait()", "spawn{ $t, background = true }:$k($e)", "secret.base64($e)",
        "secret.json({ a = $e, b = $e })", "secret.hmac('sha256', $e, $e)", "secret.field($e, $t)", "secret.trim($e)",
        "secret.base64Decode($e)", "secret.random($e, $e)", "fs.read($t)", "fs.write($t, $e, $e)", "fs.list($e)",
        "fs.$k($e, $e)",
        "spawn{ $t, files = { A = $e }, check = false, capture = 'secret' }",
        "debug.traceback($e, $e)", "debug.traceback(coroutine.create($f), $e, $e)", "_G[$e]", "_ENV.$k",
        "collectgarbage('count') // 1e9", "collectgarbage($t)", "string[$e]", "(''):$k($e)", "h:name()", "h:source()",
        "g:close()", "s:logout()", "s:renew()", "secret[$e]", "log[$e]", "select('#', $e, $e)", "arg[$e]",
    ]
    private static let statements = [
        "T()", "$n = $e", "local $n = $e", "local x, y = $e, $e $b", "pcall($f, $e, $e)", "print($e, $e)",
        "pcall(print, $e)", "if $e then $b else $b end", "for i = 1, 3 do T() $b end", "while $e do T() $b end",
        "repeat T() $b until $e", "for k, v in pairs($e) do T() $n = v $b end", "for k, v in $f, $e do T() $b end",
        "do local z <close> = $e $b end", "do local z <const> = $e $b end", "a.$k = $e", "a[$e] = $e", "_G.$k = $e",
        "pcall(function() T() $b error($e, $e) end)", "xpcall($f, $f, $e)", "function d(...) T() $b return $e end",
        "setmetatable(a, { $k = $f, $k = $f })", "a = setmetatable({}, { __gc = $f, $k = $e })", "collectgarbage()",
        "pcall(table.sort, { $e, $e, $e }, $f)", "pcall(string.gsub, $t, $t, $f)", "defer($f)",
        "log.warn($t, { a = $e })",
        "io.write($t, c)", "io.stderr:write($t)", "local co = coroutine.create($f) pcall(coroutine.resume, co, $e)",
        "local w = coroutine.wrap(function(...) T() coroutine.yield($e) $b end) pcall(w, $e) pcall(w, $e)",
        "pcall(coroutine.close, coroutine.create($f))", "pcall(spawn, { $e, $e, env = { A = h }, $k = $e })",
        "h:close()", "g = nil", "h = s:getSecret($t)", "pcall(error, $e)", "pcall(fail, $e, { code = $e })",
        "error($e)",
        "goto out ::out::", "local ok, e = pcall($f, $e) $n = e", "do $b end", "pcall(load($t) or $f)", "sleep($e)",
    ]
}
