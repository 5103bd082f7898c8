import Diagnostics
import Foundation
import SecretMemory
import TestSupport
import Testing

@testable import Masking

@Suite("Values that overlap in a text") struct OverlapTests {
    private final class Noted { var pairs: [String] = [] }

    private func masker(
        _ values: [(name: String, text: String)], origin: Masker.Origin = .vault
    ) throws -> (Masker, Noted) {
        let (masker, noted) = (try Masker(), Noted())
        masker.takesEvenTime = true
        masker.onOverlap = { noted.pairs.append("\($0) \($1)") }
        for (name, text) in values {
            try masker.add(try SecretBytes(copying: bytes(text).span), name: name, origin: origin)
        }
        return (masker, noted)
    }

    /// What is told of a text that comes in each cut.
    private func told(_ text: [UInt8], _ masker: Masker, _ noted: Noted) -> [String] {
        var random = SeededGenerator(seed: 7)
        let told = Cut.allCases.map { cut in
            noted.pairs = []
            let stream = masker.makeStream()
            for piece in cut.pieces(text, &random) { _ = stream.masked(piece) }
            _ = stream.finished()
            return noted.pairs
        }
        #expect(told.allSatisfy { $0 == told[0] })
        return told[0]
    }

    static let known = ("A", "deploybot")

    @Test(
        "are told, whichever of the two is known and whatever was made of them",
        arguments: [
            ("deploybot8a91cc2e", ["A B"]), ("#deploybot8a91cc2e#", ["A B"]), ("t8a91cc2edeploybot", []),
            ("deploybo8a91cc2e", []), ("t8a91cc2et8a91cc2e", []),
            // Hexadecimal and base64 of the one before the other.
            ("6465706c6f79626f7374e7", []), ("6465706c6f79626f74t8a91cc2e", []), ("ZGVwbG95Ym90t8a91cc2e", []),
            ("6465706c6f79626f747438613931636332650a", []), ("6465706c6f79626f7438613931636332650a", ["A B"]),
        ])
    func told(text: String, wanted: [String]) throws {
        let (masker, noted) = try masker([Self.known, ("B", "t8a91cc2e")])
        #expect(told(bytes(text), masker, noted) == wanted)
    }

    @Test(arguments: [Masker.Origin.hashed, .drawn, .derived, .brought, .weak])
    func `are told of each origin but the last`(origin: Masker.Origin) throws {
        let values = [Self.known, ("B", "t8a91cc2e")]
        let (before, found) = try masker(values, origin: origin)
        #expect(told(bytes("deploybot8a91cc2e"), before, found) == ["A B"])
        let (last, nothing) = try masker(values, origin: .script)
        #expect(told(bytes("deploybot8a91cc2e"), last, nothing) == [])
    }

    @Test func `are told where one becomes known while its beginning is held back as that of another`() throws {
        for text in ["ghp_Qm7", "ghp_Qm8"] {
            let (masker, noted) = try masker([("T", "ghp_Qm7Zt2Xw9")])
            let stream = masker.makeStream()
            _ = stream.masked(bytes(text))
            try masker.add(try SecretBytes(copying: bytes("\(text.suffix(3))depl").span), name: "K")
            try masker.add(try SecretBytes(copying: bytes("something else").span), name: "L")
            _ = stream.masked(bytes("depl\n"))
            _ = stream.finished()
            #expect(noted.pairs == (text == "ghp_Qm7" ? ["T K"] : []), "\(text)")
            // From there on it is a value like any other.
            noted.pairs = []
            #expect(stream.masked(bytes("-\(text.suffix(3))depl-")) == bytes("-[secret:K]-") && noted.pairs == [])
        }
    }

    @Test func `are told where a text is only looked through`() throws {
        for origin in [Masker.Origin.vault, .brought] {
            let (masker, noted) = try masker([Self.known, ("B", "t8a91cc2e")], origin: origin)
            _ = masker.places(in: bytes("deploybot8a91cc2e").span)
            #expect(noted.pairs == ["A B"])
        }
    }

    @Test(
        "are not told where programs print them so by themselves",
        arguments: [
            // An address and a path of one slash, one value as it goes on in another, short numbers.
            ("https://api.example.com/", "/v1/users", "https://api.example.com/v1/users"),
            ("5432", "3206", "543206"), ("abcdabcd", "abcdabcdabcd", "abcdabcdabcdabcd"),
        ])
    func natural(first: String, second: String, text: String) throws {
        let (masker, noted) = try masker([("A", first), ("B", second)])
        #expect(told(bytes(text), masker, noted) == [])
    }

    @Test func `are told of a value and a line of it`() throws {
        let value = "DB_HOST=db.example.com\nDB_PASS=g7HqZ2xw9LmD"
        let (masker, noted) = try masker([("E", value)])
        #expect(told(bytes(value + "B_HOST=db.example.com"), masker, noted) == ["E E"])
        let (repeated, nothing) = try self.masker([("R", "TENANT=0000000000\nPIN: \"1111111111\"\n")])
        #expect(told(bytes("00000000000000 1111111111111111"), repeated, nothing) == [])
        for text in [
            value, value + "\n" + value, "DB_PASS=g7HqZ2xw9LmD\nDB_HOST=db.example.com", "db.example.com g7HqZ2xw9LmD",
        ] {
            #expect(told(bytes(text), masker, noted) == [])
        }
    }

    @Test(
        "are not told where one lies in the other but for a line break or what base64 fills up",
        arguments: [
            ("tok_9f8e7d6c5b4a\n", "Bearer tok_9f8e7d6c5b4a", "auth: Bearer tok_9f8e7d6c5b4a\n"),
            ("tok_9f8e7d6c5b4a\n", "A=1\nAPI=tok_9f8e7d6c5b4a\nC=2", "API=tok_9f8e7d6c5b4a\n"),
            (
                "-----BEGIN X-----\nMIICqTCCAZEC\n-----END X-----\n",
                "-----BEGIN X-----\nMIIDeadbeef1\n-----END X-----\n-----BEGIN X-----\nMIICqTCCAZEC\n-----END X-----",
                "-----BEGIN X-----\nMIIDeadbeef1\n-----END X-----\n-----BEGIN X-----\nMIICqTCCAZEC\n-----END X-----\n"
            ),
            (
                "tok_9f8e7d6c5b4a3210", "deploy:tok_9f8e7d6c5b4a3210",
                Data("u=deploy:tok_9f8e7d6c5b4a3210\n".utf8).base64EncodedString()
            ),
        ])
    func inside(inner: String, outer: String, text: String) throws {
        for values in [[("I", inner), ("O", outer)], [("O", outer), ("I", inner)]] {
            let (masker, noted) = try masker(values)
            #expect(told(bytes(text), masker, noted) == [])
        }
    }

    @Test func `are told of two that another value has as its parts`() throws {
        let whole = "DB_USER=deploybot-48213-g\nDB_PASS=g7HqZ2xw9Lm4"
        for others in [[("B", "g7HqZ2xw9Lm4")], [("B", "g7HqZ2xw9Lm4"), ("C", "deploybot-48213-g")]] {
            let (masker, noted) = try masker([("E", whole)] + others)
            let first = others.count > 1 ? "C" : "E"
            #expect(told(bytes("deploybot-48213-g7HqZ2xw9Lm4"), masker, noted) == ["\(first) B"])
            #expect(told(bytes(whole + "\n"), masker, noted) == [])
        }
    }

    @Test(
        "are not told of values side by side, in any encoding",
        arguments: [
            ("deploybot", "t8a91cc2e"), ("p4ss\"w\\ord", "\"quoted\" and 'more'"), ("ümläut-ä", "äöü-99x"),
            ("ab=+/cd%20", "%25=="), ("https://u:p@h.example/", "/x?y=z&w=1"),
            ("line one\nline two\n", "\nline two\nx"),
        ], ["", " ", ":", "\n", "\\", "%", "="])
    func sideBySide(pair: (first: String, second: String), between: String) throws {
        let (masker, noted) = try masker([("A", pair.first), ("B", pair.second)])
        let joined = pair.first + between + pair.second
        let ways: [(String) -> [UInt8]] = [
            { bytes($0) }, { bytes(Data($0.utf8).base64EncodedString()) },
            { text in text.utf8.flatMap { bytes(String(format: "%02x", $0)) } },
            { text in text.utf8.flatMap { bytes(String(format: "%02x ", $0)) } },
            { bytes(String(decoding: (try? JSONEncoder().encode($0)) ?? Data(), as: UTF8.self)) },
            { bytes($0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "") },
            { text in text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] } },
            { text in text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] } },
            { bytes("'" + $0.replacingOccurrences(of: "'", with: "'\\''") + "'") },
        ]
        for way in ways {
            #expect(told(way(joined), masker, noted) == [])
            #expect(told(way(pair.first) + bytes(between) + way(pair.second), masker, noted) == [])
            #expect(told(way(pair.second) + bytes(between) + way(pair.first), masker, noted) == [])
        }
    }
}
