import CSystemShims
import Diagnostics
import Masking

/// Looks for credentials in a text that a script reads: whatever has moved or copied a credentials file, no script reads
/// what logs in. Other runs may know what this one does not.
///
/// A text with such a place is refused. To mask that would need an order between it and what a script makes secrets of,
/// and as it has no end that is known, whatever stands behind it would say what it holds.
final class CredentialSettings {
    /// What the user's vault leaves of the text, where a script's secrets cover no name; and what all values but the script's
    /// leave of it, where none of them decides by its characters.
    private let looks: [Look]

    init(_ masker: Masker) { looks = [.derived, .script].map { Look(masker.makeStream(before: $0)) } }

    /// Takes the next piece of the text.
    func write(_ bytes: Span<UInt8>) {
        for look in looks { look.stream.write(bytes) { piece, isMask in look.take(piece, isMask) } }
    }

    /// The text ends.
    ///
    /// - Throws: `.denied` where credentials stand in it.
    func finish(_ function: String, _ path: [UInt8]) throws(Failure) {
        for look in looks {
            look.stream.finish { piece, isMask in look.take(piece, isMask) }
            look.finish()
        }
        guard let found = looks.lazy.compactMap(\.found).first else { return }
        throw Failure(
            .denied, "\(function): \(path.shownPath) is out of reach of scripts",
            reason: "credentials stand in it, behind \(found)",
            hint:
                "keep them in a file of their own, of which secret.dotenv(path) gives handles; what else is in this one a "
                + "program can tell: spawn{ \"grep\", …, path, capture = true }")
    }
}

/// The search in what is left of a text when some of the values in it are masked.
private final class Look {
    /// The settings whose values log in.
    private static let names = [
        "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET", "INFISICAL_TOKEN", "INFISICAL_JWT", "INFISICAL_OIDC_AUTH_JWT",
    ].map { Array($0.utf8) }
    private static let common = Array("INFISICAL_".utf8)
    /// A shorter one logs in nowhere.
    private static let leastBytes = 16
    /// From the beginning of the name to the last of these, with blanks and quotes between.
    private static let mostBytes = 256
    /// What stands for a mask: a word of some length, whatever the value is.
    private static let word = [UInt8](repeating: UInt8(ascii: "x"), count: leastBytes)

    let stream: MaskingStream
    /// What is not looked at yet.
    private var rest: [UInt8] = []
    /// The name.
    private(set) var found: String?

    init(_ stream: MaskingStream) {
        self.stream = stream
        rest.reserveCapacity(1 << 17)
    }

    deinit { forget(rest.count) }

    func take(_ piece: Span<UInt8>, _ isMask: Bool) {
        guard !isMask else { return append(Self.word.span) }
        var start = 0
        while start < piece.count {
            let count = min(piece.count - start, 1 << 16)
            append(piece.extracting(start..<start + count))
            start += count
        }
    }

    func finish() { look(isEnd: true) }

    private func append(_ bytes: Span<UInt8>) {
        if rest.count >= 1 << 16 { look(isEnd: false) }
        rest.append(copying: bytes)
    }

    private func look(isEnd: Bool) {
        let end = isEnd ? rest.count : max(0, rest.count - Self.mostBytes)
        var index = 0
        while found == nil, let begin = rest[index..<end].firstIndex(of: Self.common[0]) {
            index = begin + 1
            guard rest[begin...].starts(with: Self.common) else { continue }
            let place = rest[begin...].prefix(Self.mostBytes)
            if let name = Self.names.first(where: place.starts(with:)), Self.isSet(place.dropFirst(name.count)) {
                found = String(decoding: name, as: UTF8.self)
            }
        }
        forget(end)
    }

    /// Wipes the first so many bytes of what is left.
    private func forget(_ count: Int) {
        unsafe rest.withUnsafeMutableBytes { bytes in
            let kept = bytes.count - count
            unsafe bytes.copyBytes(from: bytes[count...])
            if let base = bytes.baseAddress { unsafe vs_sys_wipe(base + kept, count) }
        }
        rest.removeLast(count)
    }

    /// Whether what stands behind `=` or `:` in the line, with quotes around it or not, is a word of some length.
    private static func isSet(_ text: ArraySlice<UInt8>) -> Bool {
        let rest = text.drop(while: isBetween)
        guard let sign = rest.first, sign == UInt8(ascii: "=") || sign == UInt8(ascii: ":") else { return false }
        return rest.dropFirst().drop(while: isBetween).prefix(leastBytes).prefix(while: isPart).count == leastBytes
    }

    /// Blanks, and quotes of all kinds.
    private static func isBetween(_ byte: UInt8) -> Bool {
        byte <= 0x20 && byte != 0x0a || [0x22, 0x27, 0x5c, 0x60].contains(byte)
    }

    /// Of a client secret, a token: letters, digits, and the signs of base64 and of JSON Web Tokens.
    private static func isPart(_ byte: UInt8) -> Bool {
        RecipeParameter.isWordByte(byte) || [0x2b, 0x2d, 0x2e, 0x2f, 0x3d].contains(byte)
    }
}
