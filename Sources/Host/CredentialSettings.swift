import CSystemShims
import Diagnostics
import Masking

/// Looks for credentials in a text that a script reads: whatever has moved or copied a credentials file, no script reads
/// what logs in. Other runs may know what this one does not.
///
/// A text with such a place is refused. To mask that would need an order between it and what a script makes secrets of,
/// and as it has no end that is known, whatever stands behind it would say what it holds. What this run knows of the vault
/// is masked before: no place tells anything of that.
final class CredentialSettings {
    /// The settings whose values log in.
    private static let names = [
        "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET", "INFISICAL_TOKEN", "INFISICAL_JWT", "INFISICAL_OIDC_AUTH_JWT",
    ].map { Array($0.utf8) }
    private static let common = Array("INFISICAL_".utf8)
    /// A shorter one logs in nowhere.
    private static let leastBytes = 16
    /// From the beginning of the name to the last of these, with blanks and quotes between.
    private static let mostBytes = 256
    /// What ends a word, and is part of none.
    private static let gap: UInt8 = 0

    private let stream: MaskingStream
    /// What is not looked at yet.
    private var rest: [UInt8] = []
    private var found: String?

    init(_ masker: Masker) {
        stream = masker.makeStream(before: .derived)
        rest.reserveCapacity(1 << 17)
    }

    deinit { forget(rest.count) }

    /// Takes the next piece of the text.
    func write(_ bytes: Span<UInt8>) { stream.write(bytes) { piece, isMask in take(piece, isMask) } }

    /// The text ends.
    ///
    /// - Throws: `.denied` where credentials stand in it.
    func finish(_ function: String, _ path: [UInt8]) throws(Failure) {
        stream.finish { piece, isMask in take(piece, isMask) }
        look(isEnd: true)
        guard let found else { return }
        throw Failure(
            .denied, "\(function): \(path.shownPath) is out of reach of scripts",
            reason: "credentials stand in it, behind \(found)",
            hint: "keep them in a file of their own; secret.dotenv(path) gives handles for the values of such a file")
    }

    private func take(_ piece: Span<UInt8>, _ isMask: Bool) {
        if isMask { return rest.append(Self.gap) }
        var start = 0
        while start < piece.count {
            if rest.count >= 1 << 16 { look(isEnd: false) }
            let count = min(piece.count - start, 1 << 16)
            rest.append(copying: piece.extracting(start..<start + count))
            start += count
        }
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

    /// Whether what stands behind `=` or `:`, with quotes around it or not, is a word of some length.
    private static func isSet(_ text: ArraySlice<UInt8>) -> Bool {
        let rest = text.drop(while: isBetween)
        guard let sign = rest.first, sign == UInt8(ascii: "=") || sign == UInt8(ascii: ":") else { return false }
        return rest.dropFirst().drop(while: isBetween).prefix(leastBytes).prefix(while: isPart).count == leastBytes
    }

    private static func isBetween(_ byte: UInt8) -> Bool { [0x09, 0x20, 0x22, 0x27].contains(byte) }

    /// Of a client secret, a token: letters, digits, and the signs of base64 and of JSON Web Tokens.
    private static func isPart(_ byte: UInt8) -> Bool {
        RecipeParameter.isWordByte(byte) || [0x2b, 0x2d, 0x2e, 0x2f, 0x3d].contains(byte)
    }
}
