import Diagnostics
import Masking
import SecretMemory
import TestSupport
import Testing

@testable import Host

/// A text with a mark in the place of each value of the vault.
@Suite struct `A text with its values made inert` {
    private static let value = "4f8kQ2mZx7Lw9RtYv3Bn6Hs1"

    private func masker(_ origin: Masker.Origin = .vault) throws -> Masker {
        let masker = try Masker()
        try masker.add(try SecretBytes(copying: Self.value), name: "A", origin: origin)
        return masker
    }

    private func inert(_ text: String, _ masker: Masker) throws -> (text: String, whole: InertText)? {
        guard let made = try InertText(Array(text.utf8).span, masker) else { return nil }
        return (made.text.withBytes { bytes in String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self) }, made)
    }

    @Test func `is the text itself where none stands in it`() throws {
        #expect(try inert("", masker()) == nil)
        #expect(try inert("{\"a\":\"\(Self.value.dropLast())\"}", masker()) == nil)
        #expect(try inert("{\"a\":\"\(Self.value)\"}", masker(.script)) == nil)
        for origin in [Masker.Origin.brought, .derived] {
            #expect(try inert("{\"a\":\"\(Self.value)\"}", masker(origin))?.text == "{\"a\":\"\u{10FFFF}\"}")
        }
    }

    @Test func `has one mark for each, in any listed form`() throws {
        let mark = "\u{10FFFF}"
        let hex = Self.value.utf8.map { (["0", ""][$0 < 16 ? 0 : 1]) + String($0, radix: 16) }.joined()
        for (text, want) in [
            (Self.value, mark), ("a\(Self.value)b", "a\(mark)b"), ("a\(hex)b\(Self.value)", "a\(mark)b\(mark)"),
            (Self.value + Self.value, mark), ("\\u00\(hex)", "\\u00\(mark)"),
        ] {
            #expect(try inert(text, masker())?.text == want, "\(text)")
        }
    }

    @Test func `has one mark for a made value that holds one of the vault`() throws {
        let masker = try masker()
        try masker.add(try SecretBytes(copying: "https://x:\(Self.value)@host/"), name: "URL", origin: .derived)
        for (text, want) in [
            ("a https://x:\(Self.value)@host/ b", "a \u{10FFFF} b"),
            ("https://x:\(Self.value)@host/\(Self.value)https://x:\(Self.value)@host/", "\u{10FFFF}"),
            ("https://x:\(Self.value)@hos", "https://x:\u{10FFFF}@hos"),
        ] {
            #expect(try inert(text, masker)?.text == want, "\(text)")
        }
    }

    @Test func `has no mark for a guess that reaches into a value`() throws {
        let masker = try masker()
        try masker.add(try SecretBytes(copying: "abcd" + Self.value.prefix(4)), name: "GUESS", origin: .brought)
        #expect(try inert("abcd\(Self.value)", masker)?.text == "abcd\u{10FFFF}")
    }

    @Test func `tells where its parts were`() throws {
        let text = "ab\(Self.value)cd\(Self.value)ef"
        let whole = try #require(try inert(text, masker())).whole
        #expect(!whole.holdsMark(0..<2) && whole.holdsMark(1..<3) && whole.holdsMark(2..<3) && !whole.holdsMark(6..<8))
        #expect(whole.original(0..<2) == 0..<2)
        #expect(whole.original(6..<8) == 2 + Self.value.count..<4 + Self.value.count)
        #expect(whole.original(12..<14) == 4 + 2 * Self.value.count..<6 + 2 * Self.value.count)
    }
}
