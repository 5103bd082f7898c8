import SecretMemory
import TestSupport
import Testing

@testable import Masking

@Suite("Values that a script may have chosen") struct ScriptMadeValueTests {
    private func masker(_ values: [(text: String, name: String, origin: Masker.Origin)]) throws -> Masker {
        let masker = try Masker()
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

    @Test(arguments: ["abcdhunt", "abcdhunterzzzz", "abcdhuxx", "22wxyz", "r22wxyz", "q22wxyz", "hunt", "unter"])
    func `a guess that reaches into a value changes nothing`(guess: String) throws {
        let masker = try masker([("hunter22", "V", .vault), (guess, "GUESS", .script)])
        #expect(masked("abcdhunter22wxyz", masker) == "abcd[secret:V]wxyz")
    }

    @Test func `a value that holds another is one mask, whichever was known first`() throws {
        let url = ("https://x:hunter22@host/", "URL", Masker.Origin.script)
        let value = ("hunter22", "V", Masker.Origin.vault)
        for values in [[url, value], [value, url]] {
            let masker = try masker(values)
            #expect(masked("a https://x:hunter22@host/ b hunter22 c", masker) == "a [secret:URL] b [secret:V] c")
        }
    }

    @Test func `made values alone are masked as all others`() throws {
        let masker = try masker([("first-value", "A", .script), ("value-second", "B", .script)])
        #expect(masked("a first-value-second b Zmlyc3QtdmFsdWU= c", masker) == "a [secret:A] b [secret:A] c")
    }

    @Test func `a made value finds nothing in a mask`() throws {
        let masker = try masker([("hunter22", "V", .vault), ("secret", "S", .script), ("d [sec", "T", .script)])
        #expect(masked("word hunter22 d secret", masker) == "word [secret:V] d [secret:S]")
        #expect(masked("d hunter22", masker) == "d [secret:V]")
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
