import SecretMemory
import Testing

@testable import Providers

private func document(_ text: String) throws -> SecretJSON { try SecretJSON(SecretBytes(copying: text)) }

private func document(_ bytes: [UInt8]) throws -> SecretJSON { try SecretJSON(SecretBytes(copying: bytes.span)) }

private func fault(_ text: String) -> JSONError? {
    do {
        _ = try document(text)
        return nil
    } catch { return error as? JSONError }
}

private func decoded(_ literal: String) throws -> [UInt8]? {
    try document(literal).root.secret()?.withBytes { bytes in bytes.indices.map { bytes[$0] } }
}

@Suite struct `JSON over secret bytes` {
    @Test func `members, elements, numbers and words are found`() throws {
        let root = try document(#" {"a":[1,-2,{"b":null}],"c":true,"d":false,"e":1.5e3,"f":{},"g":[]} "#).root
        let list = try #require(try root.member("a")?.elements)
        #expect(list.count == 3)
        #expect(list[0].integer == 1)
        #expect(list[1].integer == -2)
        for (text, number) in [
            ("9007199254740991", 9_007_199_254_740_991), ("-9007199254740991", -9_007_199_254_740_991),
            ("9007199254740992", nil), ("9223372036854775807", nil), ("-9223372036854775808", nil),
        ] as [(String, Int?)] {
            #expect(try SecretJSON(SecretBytes(copying: text)).root.integer == number, "\(text)")
        }
        #expect(try list[2].member("b")?.isNull == true)
        #expect(try root.member("c")?.bool == true)
        #expect(try root.member("d")?.bool == false)
        #expect(try root.member("e")?.integer == nil)
        #expect(try root.member("f")?.isObject == true)
        #expect(try root.member("g")?.elements?.isEmpty == true)
        #expect(try root.member("nothing") == nil)
        #expect(try list[0].member("a") == nil)
    }

    @Test(arguments: [
        (#""plain""#, "plain"), (#""""#, ""), (#""a\nb\tc\r\b\f""#, "a\nb\tc\r\u{8}\u{C}"), (#""\"\\\/""#, "\"\\/"),
        (#""\u0041\u00e9\u20ac""#, "A\u{E9}€"), (#""\ud83d\ude00""#, "\u{1F600}"), (#""é€😀""#, "é€\u{1F600}"),
        (#""a\u0000b""#, "a\0b"), (#""\u003c""#, "<"),
    ])
    func `a string gives the bytes that it stands for`(literal: String, want: String) throws {
        #expect(try decoded(literal) == Array(want.utf8))
        #expect(try document(literal).root.publicText() == want)
        #expect(try document(literal).root.isText(want))
        #expect(try !document(literal).root.isText(want + "x"))
    }

    @Test(arguments: [
        #""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\u0041""#, #""\ud83d\ud83d""#,
    ])
    func `half a character is refused, and is no text`(literal: String) throws {
        let root = try document(literal).root
        #expect(throws: JSONError.self) { try root.secret() }
        #expect(root.publicText() == nil)
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xC3, 0x28], [0xE2, 0x82, 0x28],
        ] as [[UInt8]])
    func `what is not UTF-8 is refused as such`(bytes: [UInt8]) throws {
        let error = #expect(throws: JSONError.self) { try document([0x22] + bytes + [0x22, 0x20, 0x20]) }
        #expect(error?.kind == .encoding)
        let isValid = UTF8Check.isValid(bytes.span)
        #expect(!isValid)
    }

    @Test(arguments: [
        "{a:1}", "{\"a\" 1}", "{\"a\":1,}", "[1,]", "[1 2]", "01", "1.", ".5", "+1", "1e", "-", "tru", "nul1",
        "\"\\x\"",
        "\"\\u12g4\"", "\"a\nb\"", "{} {}", "[1]]", "'a'", "{\"a\":1}x", "NaN",
    ])
    func `what is not JSON is refused`(text: String) {
        #expect([.syntax, .truncated].contains(fault(text)?.kind))
    }

    @Test func `a text cut at any byte is an error, and says that it is cut`() throws {
        let text =
            #"{"secret":{"secretKey":"GH_é","secretValue":"a\u00e9\ud83d\ude00\n€","version":12,"t":true,"n":null}}"#
        let bytes = Array(text.utf8)
        #expect(try document(bytes).root.isObject)
        for count in 0..<bytes.count {
            let error = #expect(throws: JSONError.self) { try document(Array(bytes[..<count])) }
            #expect(error?.kind == .truncated, "cut to \(count) bytes")
        }
    }

    @Test func `a key named twice is refused when it is wanted`() throws {
        let root = try document(#"{"a":1,"\u0061":2,"b":3}"#).root
        let error = #expect(throws: JSONError.self) { try root.member("a") }
        #expect(error?.kind == .duplicateKey)
        #expect(try root.member("b")?.integer == 3)
    }

    @Test func `depth is bounded at its edge`() {
        let most = JSONScanner.maximumDepth
        #expect(fault(String(repeating: "[", count: most) + String(repeating: "]", count: most)) == nil)
        #expect(
            fault(String(repeating: "[", count: most + 1) + String(repeating: "]", count: most + 1))?.kind
                == .tooComplex)
        #expect(fault(String(repeating: "[", count: 100_000))?.kind == .tooComplex)
    }

    @Test func `the number of values is bounded at its edge`() {
        let most = JSONScanner.maximumTokens
        #expect(fault("[" + String(repeating: "1,", count: most - 2) + "1]") == nil)
        #expect(fault("[" + String(repeating: "1,", count: most - 1) + "1]")?.kind == .tooComplex)
        #expect(fault("[" + String(repeating: "\"\",", count: most - 1) + "1]")?.kind == .tooComplex)
    }

    @Test func `a public text has a limit`() throws {
        let root = try document("\"" + String(repeating: "x", count: 100) + "\"").root
        #expect(root.publicText(maximumBytes: 100)?.count == 100)
        #expect(root.publicText(maximumBytes: 99) == nil)
    }

    @Test func `what the writer puts in, the reader gives back`() throws {
        let value = "quote\" back\\ line\n nul\0 é€\u{1F600} </script> \u{7F}"
        var writer = try JSONWriter()
        try writer.add("text", text: "plain \"public\"")
        try writer.add("secret", secret: SecretBytes(copying: value))
        let json = try SecretJSON(try writer.finish())
        #expect(try json.root.member("text")?.publicText() == "plain \"public\"")
        #expect(plain(try json.root.member("secret")?.secret()) == value)
    }

    @Test func `the writer refuses a secret that is not UTF-8, and one that is too large`() throws {
        let bytes: [UInt8] = [0x61, 0xFF]
        let binary = try SecretBytes(copying: bytes.span)
        let refusal = #expect(throws: (any Error).self) {
            var writer = try JSONWriter()
            try writer.add("secretValue", secret: binary)
            _ = try writer.finish()
        }
        #expect("\(String(describing: refusal))".contains("secret.base64"))
        #expect(throws: (any Error).self) {
            var writer = try JSONWriter(maximumBytes: 64)
            try writer.add("secretValue", secret: try SecretBytes(count: 64))
            _ = try writer.finish()
        }
    }
}
