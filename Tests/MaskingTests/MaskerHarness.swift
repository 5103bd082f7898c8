import Diagnostics
import Masking
import SecretMemory
import TestSupport

/// The masker and its oracle side by side.
struct Pair {
    let masker: Masker
    var oracle = NaiveMasker()

    init(_ values: [[UInt8]]) throws {
        masker = try Masker()
        // The same comes out; a half of all are as in a script's run.
        masker.takesEvenTime = values.reduce(0) { $0 + $1.count } % 2 == 1
        for (number, value) in values.enumerated() { try add(value, name: "S\(number)") }
    }

    mutating func add(_ value: [UInt8], name: String) throws {
        try masker.add(try SecretBytes(copying: value.span), name: name)
        oracle.add(value, name: name)
    }
}

/// How a text is cut into writes.
enum Cut: Sendable, CaseIterable {
    case whole, byteByByte, random

    func pieces(_ text: [UInt8], _ random: inout SeededGenerator) -> [[UInt8]] {
        switch self {
        case .whole: return [text]
        case .byteByByte: return text.map { [$0] }
        case .random:
            var pieces: [[UInt8]] = []
            var rest = text[...]
            while !rest.isEmpty {
                let count = Int.random(in: 0...min(rest.count, 40), using: &random)
                pieces.append(Array(rest.prefix(count)))
                rest.removeFirst(count)
            }
            return pieces
        }
    }
}

extension MaskingStream {
    /// What comes out for one write.
    func masked(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        write(text.span) { piece in for index in piece.indices { output.append(piece[index]) } }
        return output
    }

    /// What comes out at the end.
    func finished() -> [UInt8] {
        var output: [UInt8] = []
        finish { piece in for index in piece.indices { output.append(piece[index]) } }
        return output
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
