import TestSupport
import Testing

/// `json`: what is decoded is encoded as it was, and what has no exact form is refused.
@Suite struct `JSON in scripts` {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var want: String
        var testDescription: String { text }

        init(_ text: String, _ want: String? = nil) { (self.text, self.want) = (text, want ?? text) }

        static let kept = [
            Case("1"), Case("1.0"), Case("-1"), Case("0"), Case("-0", "0"), Case("-0.0"), Case("1e2", "100.0"), Case("0.1"),
            Case("1.5e300", "1.5e+300"), Case("5e-324", "4.94065645841247e-324"), Case("3.141592653589793"),
            Case("9223372036854775807"), Case("-9223372036854775808"), Case("9007199254740993"),
            Case("9223372036854775808", "9.223372036854776e+18"), Case("null"), Case("true"), Case("[]"), Case("{}"),
            Case("[[],{},[{}]]"), Case(#"{"b":1,"a":2,"B":3}"#, #"{"B":3,"a":2,"b":1}"#), Case("[1,null,2]"),
            Case(#"{"a":null}"#), Case(#""é😀""#), Case(#""\u00e9\ud83d\ude00""#, #""é😀""#), Case(#""\"\\\n\u0001""#),
            Case(#""\/""#, #""/""#), Case(" [ 1 ,\n2 ] ", "[1,2]"), Case(#"{"a":1,"a":2}"#, #"{"a":2}"#), Case(#"{"":1}"#),
        ]

        static let refused = [
            "", " ", "01", "+1", "1.", ".5", "1e", "0x10", "NaN", "Infinity", "-", "1e999", "nul", "[1,]", "{\"a\":1,}",
            "{a:1}", "{'a':1}", "[1 2]", "1 2", "\"a", "\"\\x\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\u12\"", "\"\u{1}\"", "[",
            "{\"a\"}", "//", "[1]]", "tru",
        ]
    }

    @Test func `what is decoded is encoded as it was`() throws {
        let texts = Case.kept.map(\.text)
        let outcome = try Program.script("for i = 1, #arg do print(json.encode(json.decode(arg[i]))) end", texts)
        let lines = outcome.text.split(separator: "\n", omittingEmptySubsequences: false)
        for (testCase, line) in zip(Case.kept, lines) { #expect(testCase.want == String(line), "\(testCase.text)") }
        #expect(outcome.code == 0 && lines.count == Case.kept.count + 1, "\(outcome)")
    }

    @Test func `integers and floats are kept apart, whatever their size`() throws {
        let outcome = try Program.script(
            """
            local t = json.decode('[1,1.0,9007199254740993,18446744073709551615,-9223372036854775809]')
            print(math.type(t[1]), math.type(t[2]), t[3] == 9007199254740993, math.type(t[4]), math.type(t[5]))
            local t = json.decode('[7,18446744073709551615,1.5,123456789012345678901234567890]', { bigNumbers = "text" })
            print(t[1], t[2], t[3], t[4], math.type(t[1]), type(t[2]))
            for _, n in ipairs{ 0.1, 1/3, 1e15, 1e16, 2^53, 2^63, math.pi, 5e-324, 1.7976931348623157e308, -0.0 } do
              local back = json.decode(json.encode(n))
              assert(back == n and math.type(back) == "float", n)
            end
            print(json.encode(json.array{}), json.encode{}, json.encode{ json.array{}, {} })
            """)
        #expect(
            outcome.text == """
                integer\tfloat\ttrue\tfloat\tfloat
                7\t18446744073709551615\t1.5\t123456789012345678901234567890\tinteger\tstring
                []\t{}\t[[],{}]

                """, "\(outcome)")
    }

    @Test func `what is no JSON is refused, with the place`() throws {
        let outcome = try Program.script(
            """
            for i = 1, #arg do
              local ok, e = pcall(json.decode, arg[i])
              if ok or e.kind ~= "usage" or not e.reason:find("at line %d+, column %d+$") then print(i, arg[i], ok, e) end
            end
            for _, text in ipairs{ "\\"\\xff\\"", "\\"\\xc0\\xaf\\"", "\\"\\xed\\xa0\\x80\\"", ("["):rep(201) .. ("]"):rep(201) } do
              print((pcall(json.decode, text)))
            end
            print((pcall(json.decode, ("["):rep(199) .. ("]"):rep(199))))
            local ok, e = pcall(json.decode, '{\\n  "a": tru\\n}')
            print(e)
            """, Case.refused)
        #expect(
            outcome.text == """
                false
                false
                false
                false
                true
                json.decode: the text is not JSON
                a wrong number at line 2, column 8

                """, "\(outcome)")
    }

    @Test func `what has no form in JSON is refused`() throws {
        let outcome = try Program.script(
            """
            local deep, loop = {}, {}
            loop[1] = loop
            local t = deep for _ = 1, 250 do t[1] = {} t = t[1] end
            for _, v in ipairs{ 0/0, 1/0, -1/0, print, coroutine.create(print), "\\xff", { ["\\xff"] = 1 }, { 1, nil, 3 }, { 1, a = 2 },
              { [1.5] = 1 }, { [true] = 1 }, loop, deep, secret.random(8) } do
              local ok, e = pcall(json.encode, v)
              print(ok, e.kind)
            end
            local same = {}
            print(json.encode{ same, same }, json.encode(setmetatable({}, { __index = function() return 1 end, __pairs = print })))
            print(json.encode({ b = { 1 }, a = {} }, { indent = 1 }))
            for _, v in ipairs{ { 1, nil, 3 }, json.array{ [3] = 1 }, { x = { 1, a = 2 } } } do
              print((select(2, pcall(json.encode, v))))
            end
            """)
        #expect(
            outcome.text == String(repeating: "false\tusage\n", count: 14) + """
                [{},{}]\t{}
                {
                 "a": {},
                 "b": [
                  1
                 ]
                }
                json.encode: a list has nothing at place 2, and more behind it
                put json.null there, or leave out what is nil
                json.encode: a list has nothing at place 1, and more behind it
                put json.null there, or leave out what is nil
                json.encode: a table has the key 1 beside others
                use either the keys 1 to n, for an array, or names, for an object

                """, "\(outcome)")
    }
}
