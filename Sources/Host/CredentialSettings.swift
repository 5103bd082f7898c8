import Diagnostics
import Masking
import SecretMemory

/// Credentials in a text that a script reads: whatever has moved or copied a credentials file, no script reads what logs
/// in. Other runs may know what this one does not.
enum CredentialSettings {
    /// The settings whose values log in.
    private static let names = [
        "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET", "INFISICAL_TOKEN", "INFISICAL_JWT", "INFISICAL_OIDC_AUTH_JWT",
    ].map { Array($0.utf8) }
    private static let common = Array("INFISICAL_".utf8)
    /// A shorter one logs in nowhere.
    private static let leastBytes = 16

    /// Makes the values in a text known to the masker, as values that somebody may have written there. What a script has made
    /// secrets of may cover their names, and what the masker has put masks into is no longer the text.
    ///
    /// - Throws: `.limit` when secret memory is used up.
    static func add(in text: ArraySlice<UInt8>, to masker: Masker) throws(Failure) {
        for place in places(in: text) {
            let value = try SecretBytes(
                copying: text.span.extracting(
                    place.range.lowerBound - text.startIndex..<place.range.upperBound - text.startIndex))
            try masker.add(value, name: place.name, origin: .weak)
        }
    }

    /// The text with a mask in the place of each such value.
    static func masked(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var start = 0
        for place in places(in: text[...]) {
            result += text[start..<place.range.lowerBound] + Array("[secret:\(place.name)]".utf8)
            start = place.range.upperBound
        }
        return start == 0 ? text : result + text[start...]
    }

    private static func places(in text: ArraySlice<UInt8>) -> [(range: Range<Int>, name: String)] {
        var found: [(range: Range<Int>, name: String)] = []
        var index = text.startIndex
        while let begin = text[index...].firstIndex(of: common[0]) {
            index = begin + 1
            guard text[begin...].starts(with: common) else { continue }
            for name in names where text[begin...].starts(with: name) {
                guard let value = value(in: text, after: begin + name.count) else { continue }
                found.append((value, String(decoding: name, as: UTF8.self)))
                index = value.upperBound
                break
            }
        }
        return found
    }

    /// What stands behind `=` or `:` as one word, without quotes around it.
    private static func value(in text: ArraySlice<UInt8>, after place: Int) -> Range<Int>? {
        let rest = text[place...].drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x22 || $0 == 0x27 }
        guard let sign = rest.first, sign == UInt8(ascii: "=") || sign == UInt8(ascii: ":") else { return nil }
        let value = rest.dropFirst().drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x22 || $0 == 0x27 }
        let end = value.firstIndex { !isPart($0) } ?? value.endIndex
        return end - value.startIndex >= leastBytes ? value.startIndex..<end : nil
    }

    /// Of a client secret, a token: letters, digits, and the signs of base64 and of JSON Web Tokens.
    private static func isPart(_ byte: UInt8) -> Bool {
        RecipeParameter.isWordByte(byte) || [0x2b, 0x2d, 0x2e, 0x2f, 0x3d].contains(byte)
    }
}
