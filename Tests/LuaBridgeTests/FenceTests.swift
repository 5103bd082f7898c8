import HostProtocol
import Testing

@testable import LuaBridge

extension `Lua bridge` {
    @Suite struct Fence {
        @Test func `the globals are the ones listed and no others`() throws {
            let vm = try machine(runner)
            let text = """
                local names = {}
                for name, value in pairs(_G) do
                    if name ~= "host" and name ~= "_G" then
                        if type(value) == "table" then
                            for field in pairs(value) do names[#names + 1] = name .. "." .. field end
                        else
                            names[#names + 1] = name
                        end
                    end
                end
                local wanted = {}
                for name in (...):gmatch("%S+") do wanted[#wanted + 1] = name end
                table.sort(names)
                table.sort(wanted)
                return table.concat(names, " "), table.concat(wanted, " ")
                """
            let debug = "debug.getinfo debug.getlocal debug.traceback"
            let wanted = """
                _VERSION assert collectgarbage error getmetatable ipairs load next pairs pcall rawequal rawget rawlen
                rawset select setmetatable tonumber tostring type xpcall
                string.byte string.char string.find string.format string.gmatch string.gsub string.len string.lower
                string.match string.pack string.packsize string.rep string.reverse string.sub string.unpack
                string.upper
                table.concat table.insert table.move table.pack table.remove table.sort table.unpack
                math.abs math.acos math.asin math.atan math.ceil math.cos math.deg math.exp math.floor math.fmod
                math.huge math.log math.max math.maxinteger math.min math.mininteger math.modf math.pi math.rad
                math.random math.randomseed math.sin math.sqrt math.tan math.tointeger math.type math.ult
                utf8.char utf8.charpattern utf8.codepoint utf8.codes utf8.len utf8.offset
                coroutine.close coroutine.create coroutine.isyieldable coroutine.resume coroutine.running
                coroutine.status coroutine.wrap coroutine.yield
                os.clock os.date os.difftime os.time
                """
            let answer = try vm.run(text, [.text(wanted + " " + debug)])
            #expect(answer[0].asText == answer[1].asText)
        }

        @Test func `bytecode is refused in every way`() throws {
            let vm = try machine(runner)
            let binary = Value.bytes([0x1B] + Array("Lua\u{54}".utf8))
            let refused = Value.text("attempt to load a binary chunk (mode is 't')")
            let ways = [
                "return load(...)", "return load(..., 'n', 'b')", "return load(..., 'n', 'bt', {})",
                "local s = ... return load(function() local p = s s = nil return p end, 'n', 'b')",
                "local s = ... local i = 0 return load(function() i = i + 1 return s:sub(i, i) end)",
                "return host.load(..., '=n')", "return host.load(..., '=n', {})",
            ]
            for way in ways {
                let answer = try vm.run(way, [binary])
                #expect(answer.count == 2 && answer[0] == .null, "\(way)")
                #expect(answer.last?.asText?.contains("attempt to load a binary chunk") == true, "\(way)")
            }
            #expect(try vm.run("return load(...)", [binary]).last == refused)
            let error = #expect(throws: LuaError.self) {
                try vm.runPrelude([0x1B, 0x4C, 0x75, 0x61].span, name: "=prelude")
            }
            #expect(error?.kind == .syntax)
            #expect(vm.failure(of: "return string.dump(load('return 1'))").contains("field 'dump'"))
        }

        @Test func `load keeps its meaning for text`() throws {
            let vm = try machine(runner)
            #expect(try vm.run("return load('return ...', 'n', 't')(5)") == [.integer(5)])
            #expect(try vm.run("return load('return x', 'n', nil, { x = 6 })()") == [.integer(6)])
            #expect(try vm.run("return type(load('return x', 'n', nil, nil))") == [.text("function")])
            #expect(vm.failure(of: "return load('return x', 'n', nil, nil)()").contains("upvalue '_ENV'"))
            #expect(try vm.run("return host.load('return x', '=n', { x = 7 })()") == [.integer(7)])
            #expect(
                try vm.run("return host.load('x x', '=n')")
                    == [.null, .text("n:1: syntax error near 'x'")])
            #expect(
                try vm.run("host.setGlobals({ y = 8 }) return load('return y')(), host ~= nil")
                    == [.integer(8), .boolean(true)])
        }

        @Test(arguments: ["%p", "%5p", "%-10.3p", "a%%%p", "%d %p", "%0+ #p"])
        func `an address is not shown`(format: String) throws {
            let vm = try machine(runner)
            let want = "test:1: '%p' is not available in 'format': addresses are not shown"
            #expect(vm.failure(of: "return (...):format({}, {})", [.text(format)]) == want)
        }

        @Test func `format is otherwise as it was, its errors too`() throws {
            let vm = try machine(runner)
            #expect(
                try vm.run("return ('%5.1f|%s|%q|%%p|%x'):format(1.25, 'a', 'b', 255)")
                    == [.text("  1.2|a|\"b\"|%p|ff")])
            #expect(
                vm.failure(of: "return ('%d'):format('x')")
                    == "test:1: bad argument #1 to 'format' (number expected, got string)")
        }

        @Test func `strings and objects show no metatable, and objects no address`() throws {
            let vm = try machine(runner + "\nhost.lockStringMetatable()")
            let text = """
                local o = ...
                local function refused(f, ...) return not pcall(f, ...) end
                return getmetatable(o), getmetatable(""), tostring(o), refused(setmetatable, o, {}),
                    refused(function() return o.x end), refused(function() o.x = 1 end),
                    refused(function() return o .. "" end), refused(function() return #o end),
                    refused(function() return o < o end), refused(function() return o() end),
                    refused(function() for _ in pairs(o) do end end), rawequal(o, o), ("x"):rep(2)
                """
            let no = Value.boolean(false)
            let yes = Value.boolean(true)
            #expect(
                try vm.run(text, [.object(sampleObject)])
                    == [no, no, .text("[object]"), yes, yes, yes, yes, yes, yes, yes, yes, yes, .text("xx")])
        }

        @Test func `a forged object is none`() throws {
            let vm = try machine(runner, functions: ["take": { .results($0.values) }])
            #expect(
                vm.failure(of: "setmetatable({}, getmetatable(...))", [.object(sampleObject)])
                    .contains("nil or table expected"))
            let forged = "setmetatable({ kind = 1, index = 7 }, { __name = 'object', __metatable = false })"
            #expect(
                try vm.run("return host.objectInfo(\(forged)), host.objectInfo(nil), host.objectInfo(1)") == [
                    .null, .null,
                ])
            guard case .map = try vm.run("return host.take(\(forged))").first else {
                Issue.record("a forged object did not cross as the plain table it is")
                return
            }
            #expect(
                try vm.run("return host.objectInfo(...)", [.object(sampleObject)])
                    == [.integer(1), .integer(7), .integer(Int64(UInt32.max)), .text("GH_PAT")])
        }

        @Test func `the prelude gives each kind of object its behaviour, and only its own`() throws {
            let prelude = """
                host.setObjectMethods(1, {
                    __name = "secret",
                    __index = { name = function(self) return select(4, host.objectInfo(self)) end },
                    __tostring = function(self) return "[secret:" .. self:name() .. "]" end,
                    __gc = function(self) gone = (gone or 0) + 1 end,
                    __close = function() closed = true end,
                })
                """
            let vm = try machine(runner + "\n" + prelude)
            let process = ObjectReference(kind: .process, index: 0, generation: 0, name: [])
            let text = "local s, p = ... do local c <close> = s end return s:name(), tostring(s), tostring(p), closed"
            #expect(
                try vm.run(text, [.object(sampleObject), .object(process)])
                    == [.text("GH_PAT"), .text("[secret:GH_PAT]"), .text("[object]"), .boolean(true)])
            #expect(try vm.run("collectgarbage() return gone") == [.integer(1)])
            #expect(
                vm.failure(of: "return ... + 1", [.object(sampleObject)])
                    == "test:1: attempt to perform arithmetic on a secret value")
            for bad in ["{ __metatable = {} }", "{ index = 1 }", "{ 1 }"] {
                #expect(vm.failure(of: "host.setObjectMethods(1, \(bad))").contains("is no metamethod that can be set"))
            }
            #expect(vm.failure(of: "host.setObjectMethods(99, {})").contains("no such kind"))
        }
    }
}
