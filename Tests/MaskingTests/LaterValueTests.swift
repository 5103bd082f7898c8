import Diagnostics
import Foundation
import SecretMemory
import TestSupport
import Testing

@testable import Masking

@Suite("Values that somebody may have chosen") struct LaterValueTests {
    /// Each origin with one that comes later.
    static let origins: [(Masker.Origin, Masker.Origin)] = [
        (.vault, .script), (.vault, .brought), (.vault, .hashed), (.hashed, .drawn), (.drawn, .derived),
        (.hashed, .derived),
        (.derived, .brought), (.brought, .script),
        (.derived, .script),
    ]

    private func masker(_ values: [(text: String, name: String, origin: Masker.Origin)]) throws -> Masker {
        let masker = try Masker()
        // As in a script's run.
        masker.takesEvenTime = true
        for value in values {
            try masker.add(
                try SecretBytes(copying: Array(value.text.utf8).span), name: value.name, origin: value.origin)
        }
        return masker
    }

    /// The text as it comes out whole and byte by byte, which has to be the same.
    private func masked(_ text: String, _ masker: Masker) -> String {
        let stream = masker.makeStream()
        var pieces: [UInt8] = []
        for byte in text.utf8 { stream.write([byte].span) { pieces.append(copying: $0) } }
        stream.finish { pieces.append(copying: $0) }
        #expect(String(decoding: pieces, as: UTF8.self) == masker.mask(text))
        return masker.mask(text)
    }

    @Test(
        arguments: origins, ["abcdhunt", "abcdhunterzzzz", "abcdhuxx", "22wxyz", "r22wxyz", "q22wxyz", "hunt", "unter"])
    func `a guess that reaches into a value changes nothing`(
        origins: (first: Masker.Origin, second: Masker.Origin), guess: String
    ) throws {
        for isFirst in [true, false] {
            var values = [("hunter22", "V", origins.first), (guess, "GUESS", origins.second)]
            if isFirst { values.reverse() }
            let masker = try masker(values)
            #expect(masked("abcdhunter22wxyz", masker) == "abcd[secret:V]wxyz")
        }
    }

    @Test(arguments: origins) func `a value that holds another is one mask, whichever was known first`(
        origins: (first: Masker.Origin, second: Masker.Origin)
    ) throws {
        let url = ("https://x:hunter22@host/", "URL", origins.second)
        let value = ("hunter22", "V", origins.first)
        for values in [[url, value], [value, url]] {
            let masker = try masker(values)
            #expect(masked("a https://x:hunter22@host/ b hunter22 c", masker) == "a [secret:URL] b [secret:V] c")
        }
    }

    @Test func `a value as it stands does not count as a form of it, whose edges hold bits of it`() throws {
        let (value, holder) = ("hunter22hunter22", "hunter22hunter22QQQQQQQQ")
        let masker = try masker([(value, "V", .vault), (holder, "T", .script)])
        let once = Data(holder.utf8).base64EncodedString()
        let twice = Data(once.utf8).base64EncodedString()
        // So many characters of each are the value's alone.
        for (form, own) in [(once, 21), (twice, 28)] {
            let rest = String(form.dropFirst(own))
            #expect(masked(form, masker) == "[secret:T]")
            #expect(masked(value + rest, masker) == "[secret:V]" + rest)
        }
    }

    @Test func `a value that holds another is one mask also when that one gets a name of its own`() throws {
        let url = "postgres://u:Tr0ub4dor&3@db/x"
        let masker = try masker([
            ("{\"password\":\"Tr0ub4dor&3\"}", "A", .vault), (url, "L", .script), ("Tr0ub4dor&3", "B", .vault),
        ])
        #expect(masked("\(url) Tr0ub4dor&3", masker) == "[secret:L] [secret:B]")
    }

    @Test func `a large value that holds another is one mask, whichever was known first`() throws {
        let large = String(repeating: "x-", count: 3000) + "hunter22" + String(repeating: "-y", count: 100)
        for values in [
            [(large, "T", Masker.Origin.script), ("hunter22", "V", .vault)],
            [("hunter22", "V", .vault), (large, "T", .script)],
        ] {
            #expect(masked(large, try masker(values)) == "[secret:T]")
        }
    }

    /// The encodings of `FormTests` in which a URL is met.
    static let encodings: [(name: String, encode: @Sendable (String) -> String)] = [
        ("base64", { Data($0.utf8).base64EncodedString() }),
        ("base64 without padding", { Data($0.utf8).base64EncodedString().replacingOccurrences(of: "=", with: "") }),
        ("base64 of the base64", { Data(Data($0.utf8).base64EncodedString().utf8).base64EncodedString() }),
        (
            "base64 in lines",
            { Data($0.utf8).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed]) }
        ),
        ("hexadecimal", { $0.utf8.map { hex($0) }.joined() }),
        ("hexadecimal with blanks", { $0.utf8.map { hex($0) }.joined(separator: " ") }),
        ("hexadecimal with colons", { $0.utf8.map { hex($0).uppercased() }.joined(separator: ":") }),
        (
            "percent",
            {
                $0.addingPercentEncoding(
                    withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~"))) ?? ""
            }
        ),
        ("JSON", { $0.replacingOccurrences(of: "/", with: "\\/") }),
    ]

    private static func hex(_ byte: UInt8) -> String { String(UInt16(byte) | 0x100, radix: 16).dropFirst().description }

    @Test(arguments: encodings.indices)
    func `an encoded value that holds another is one mask too`(at place: Int) throws {
        let long = "https://deploy:hunter22-hunter22@registry.example.com/v2/some/longer/path?x=1"
        let (name, encode) = Self.encodings[place]
        let url = (long, "URL", Masker.Origin.script)
        let value = ("hunter22-hunter22", "V", Masker.Origin.vault)
        for values in [[url, value], [value, url]] {
            let masker = try masker(values)
            #expect(masked("a \(encode(long)) b", masker) == "a [secret:URL] b", "\(name)")
            #expect(masked("a \(encode("hunter22-hunter22")) b", masker) == "a [secret:V] b", "\(name)")
        }
    }

    /// Every alignment of the base64 and of what it holds: nothing of it is left but the characters at its ends.
    @Test(arguments: 0..<3, 0..<3) func `base64 inside of other base64`(before: Int, inside: Int) throws {
        let made = String(repeating: "u", count: inside) + "ser=admin&password=hunter22-hunter22&realm=internal"
        let masker = try masker([(made, "MADE", .script), ("hunter22-hunter22", "V", .vault)])
        let text = Data((String(repeating: "#", count: before) + made + "####").utf8).base64EncodedString()
        let out = masked(text, masker)
        #expect(out.contains("[secret:MADE]") && out.count < "[secret:MADE]".count + 14, "\(out)")
    }

    /// Wherever the lines end, in the masked value's form too.
    @Test(arguments: ["\n", "\r\n", "\n    "]) func `a value in base64 or hexadecimal of any width`(lineEnd: String)
        throws
    {
        let made = #"{"kkkkkkkk":"","password":"hunter22-hunter22","session":"Wq83nVb1PzzKj5Lm"}"#
        let masker = try masker([("hunter22-hunter22", "V", .vault), (made, "MADE", .script)])
        let base64 = Data(made.utf8).base64EncodedString()
        let hexadecimal = made.utf8.map { Self.hex($0) }.joined()
        for text in [base64, hexadecimal] {
            for width in 4...80 {
                let lines = stride(from: 0, to: text.count, by: width).map { text.dropFirst($0).prefix(width) }
                let out = masker.mask(lines.joined(separator: lineEnd))
                #expect(out == "[secret:MADE]", "width \(width): \(out)")
            }
        }
    }

    /// A value of four to seven bytes has no encoded forms, so there is no mask in those of a value that holds it.
    @Test(arguments: encodings.indices) func `an encoded value that holds a short one is one mask too`(at place: Int)
        throws
    {
        let (name, encode) = Self.encodings[place]
        let long = "abc/1234/defghij-klmnopq"
        for values in [
            [("1234", "V", Masker.Origin.vault), (long, "LONG", .brought)],
            [(long, "LONG", .brought), ("1234", "V", .derived)],
        ] {
            #expect(masked("a \(encode(long)) b", try masker(values)) == "a [secret:LONG] b", "\(name)")
        }
    }

    @Test func `a thousand made values that hold another leave room for more`() throws {
        let masker = try masker([("hunter22-hunter22", "V", .vault)])
        let url = { (number: Int) in "https://deploy:hunter22-hunter22@git.example.com/project/\(number).git" }
        for number in 0..<1000 {
            try masker.add(
                try SecretBytes(copying: Array(url(number).utf8).span), name: "URL\(number)", origin: .script)
        }
        #expect(masker.secretBytes < 3 << 20)
        #expect(masked("a \(url(0)) b \(url(999)) c", masker) == "a [secret:URL0] b [secret:URL999] c")
        let encoded = Data(url(999).utf8).base64EncodedString()
        #expect(!masked(encoded, masker).contains(Data("hunter22-hunter".utf8).base64EncodedString().dropFirst(4)))
    }

    @Test func `made values alone are masked as all others`() throws {
        let masker = try masker([("first-value", "A", .script), ("value-second", "B", .script)])
        #expect(masked("a first-value-second b Zmlyc3QtdmFsdWU= c", masker) == "a [secret:A] b [secret:A] c")
    }

    /// A stream with all origins in it: each mask of one before is one thing for those after.
    @Test func `masks come through all origins, and count once`() throws {
        let masker = try masker([
            ("script-[secret:D]", "X", .script), ("made-of-brought-of-hunter22", "S", .script),
            ("brought-of-hunter22", "B", .brought), ("hunter22", "V", .vault), ("derived!", "D", .derived),
        ])
        let text = "hunter22 brought-of-hunter22 derived! made-of-brought-of-hunter22 script-derived! end"
        let want = "[secret:V] [secret:B] [secret:D] [secret:S] script-[secret:D] end"
        #expect(masked(text, masker) == want)
        let stream = masker.makeStream()
        stream.write(Array(text.utf8).span) { _ in }
        stream.finish { _ in }
        #expect(stream.hits == ["V": 1, "B": 1, "D": 2, "S": 1])
        #expect(masker.registeredNames.sorted() == ["B", "D", "S", "V", "X"])
    }

    @Test func `a made value finds nothing in a mask`() throws {
        let masker = try masker([("hunter22", "V", .vault), ("secret", "S", .script), ("d [sec", "T", .script)])
        #expect(masked("word hunter22 d secret", masker) == "word [secret:V] d [secret:S]")
        #expect(masked("d hunter22", masker) == "d [secret:V]")
    }

    /// Writes the pieces; `late` comes before the last of them.
    private func written(
        _ pieces: [String], late: [(text: String, name: String, origin: Masker.Origin)], _ masker: Masker
    ) throws -> String {
        let stream = masker.makeStream()
        var out: [UInt8] = []
        for (place, piece) in pieces.enumerated() {
            if place == pieces.count - 1 {
                for value in late {
                    let bytes = try SecretBytes(copying: Array(value.text.utf8).span)
                    try masker.add(bytes, name: value.name, origin: value.origin)
                }
            }
            stream.write(Array(piece.utf8).span) { out.append(copying: $0) }
        }
        stream.finish { out.append(copying: $0) }
        return String(decoding: out, as: UTF8.self)
    }

    /// That text was held back tells that a value begins with it.
    @Test(arguments: origins, ["XXhunte", "XXhunta", "hunte", "unter2"])
    func `a value that comes late does not begin in what is held`(
        origins: (first: Masker.Origin, second: Masker.Origin), guess: String
    ) throws {
        let masker = try masker([("hunter22", "V", origins.first)])
        let made = guess.replacing("XX", with: "") + "YYYY-tail"
        let out = try written([guess, "YYYY-tail \(made)"], late: [(made, "MADE", origins.second)], masker)
        #expect(out == "\(guess)YYYY-tail [secret:MADE]")
    }

    @Test func `a value that comes late hides none that begins it`() throws {
        let masker = try masker([("hunter22", "V", .vault), ("hunt-ab", "A", .script), ("hunt-abcd", "B", .script)])
        for (text, want) in [
            ("cdef!", "[secret:B]ef!"), ("c", "[secret:A]c"), ("cd", "[secret:B]"), ("x", "[secret:A]x"),
        ] {
            let late = [("hunt-abcdef", "LATE", Masker.Origin.script), ("hunt-abcde", "LATE", .script)]
            #expect(try written(["..hunt-ab", text], late: late, masker) == "..\(want)")
        }
    }

    /// What comes late is part of a value that was there.
    @Test func `a value is not known where there is no room for those that hold it`() async {
        await #expect(processExitsWith: .success) {
            let masker = try Masker()
            // Larger than what is left then, and looked for as it is.
            let url = "https://x:hunter22@host/" + String(repeating: "z", count: 60_000)
            try masker.add(try SecretBytes(copying: Array(url.utf8).span), name: "URL", origin: .script)
            var kept: [SecretBytes] = []
            let error = #expect(throws: Failure.self) {
                for size in [1 << 16, 1 << 12, 1 << 8] {
                    while let more = try? SecretBytes(count: size) { kept.append(more) }
                }
                try masker.add(try SecretBytes(copying: "hunter22"), name: "V")
            }
            #expect(error?.endsRun == true)
            kept = []
            // Another value gives it the room that there is now.
            try masker.add(try SecretBytes(copying: "another1"), name: "W")
            #expect(masker.mask(url) == "[secret:URL]")
        }
    }

    @Test func `a value that was there is one mask, though one inside comes late`() throws {
        for origin in [Masker.Origin.vault, .derived, .brought] {
            let masker = try masker([("made-of-hunter22-and-more", "MADE", .script)])
            let out = try written(
                ["a made-of-", "hunter22-and-more b"], late: [("hunter22", "V", origin)], masker)
            #expect(out == "a [secret:MADE] b")
        }
    }

    /// Without a trace of a value before in the text, it comes out as if there were none.
    @Test(arguments: ["ab", "abc", "abcdefgh"]) func `values before change nothing that they are not in`(
        alphabet: String
    )
        throws
    {
        var compared = 0
        for seed in 0..<300 {
            var random = SeededGenerator(seed: UInt64(seed) + 31000)
            func text(_ count: ClosedRange<Int>) -> [UInt8] {
                random.bytes(Int.random(in: count, using: &random), of: Array(alphabet.utf8))
            }
            let hidden = text(4...9)
            let late = (0..<4).map { _ in
                (
                    hidden.prefix(Int.random(in: 0...7, using: &random)) + text(4...9),
                    Int.random(in: 0...60, using: &random)
                )
            }
            var written: [UInt8] = []
            for _ in 0..<8 {
                let piece = late.randomElement(using: &random)?.0 ?? []
                written +=
                    Bool.random(using: &random) ? piece[...] : hidden.prefix(Int.random(in: 0...8, using: &random))
            }
            var oracle = NaiveMasker()
            oracle.add(hidden, name: "V")
            guard !oracle.finds(in: written), !late.contains(where: { oracle.finds(in: Array($0.0)) }) else { continue }
            compared += 1
            let outputs = try [true, false].map { isHidden in
                let masker = try masker([])
                if isHidden { try masker.add(try SecretBytes(copying: hidden.span), name: "V") }
                let stream = masker.makeStream()
                var out: [UInt8] = []
                for (place, byte) in written.enumerated() {
                    for (number, value) in late.enumerated() where value.1 == place {
                        let origin: Masker.Origin = number == 0 ? .derived : number == 1 ? .brought : .script
                        try masker.add(
                            try SecretBytes(copying: Array(value.0).span), name: "L\(number)", origin: origin)
                    }
                    stream.write([byte].span) { out.append(copying: $0) }
                }
                stream.finish { out.append(copying: $0) }
                return String(decoding: out, as: UTF8.self)
            }
            #expect(outputs[0] == outputs[1], "seed \(seed)")
            guard outputs[0] == outputs[1] else { return }
        }
        #expect(compared > 10)
    }

    @Test func `a value that is added while a stream is open is found in it`() throws {
        let masker = try masker([("hunter22", "V", .vault)])
        let stream = masker.makeStream()
        var out: [UInt8] = []
        let write = { (text: String) in stream.write(Array(text.utf8).span) { out.append(copying: $0) } }
        write("made-later hunter")
        try masker.add(try SecretBytes(copying: Array("made-later".utf8).span), name: "L", origin: .script)
        write("22 made-later hunter22")
        stream.finish { out.append(copying: $0) }
        #expect(String(decoding: out, as: UTF8.self) == "made-later [secret:V] [secret:L] [secret:V]")
        #expect(stream.hits == ["V": 2, "L": 1])
    }
}
