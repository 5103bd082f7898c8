import Diagnostics
import Masking
import Providers
import SecretMemory

/// References in a value that is written to the vault: the vault puts other secrets in their place, and so would give a
/// script what its recipe does not declare.
enum WrittenReference {
    /// Whether all that the value refers to is `declared`.
    ///
    /// Where a value of the vault stands in it, the answer depends on the text around that alone: what a reference could
    /// begin before, or go on behind, counts as one. Where one of the run holds a reference itself (`allowUnexpanded`), or
    /// the beginning of one at its end, all of it is read like a text of the script's.
    static func isDeclared(
        in value: SecretBytes, _ masker: Masker, readsValues: Bool, _ declared: (Span<UInt8>) -> Bool
    ) throws(Failure) -> Bool {
        try value.withBytes { (bytes) throws(Failure) in
            if readsValues, !areDeclared(bytes, declared) { return false }
            var start = 0
            // What the script, or whoever it brings along, could choose is its own text.
            for place in masker.places(in: bytes, before: .hashed) + [bytes.count..<bytes.count] {
                let text = bytes.extracting(start..<place.lowerBound)
                guard areDeclared(text, declared) else { return false }
                if start > 0, text.count > 0, text[0] == UInt8(ascii: "{") { return false }
                if place.lowerBound < bytes.count, SecretReference.isOpen(atEndOf: text) { return false }
                start = place.upperBound
            }
            return true
        }
    }

    private static func areDeclared(_ text: Span<UInt8>, _ declared: (Span<UInt8>) -> Bool) -> Bool {
        for place in SecretReference.places(in: text) where !declared(text.extracting(place)) { return false }
        return true
    }
}

extension DeclaredSecret {
    /// Whether a reference in a value of `folder` is to this secret: its name there, or environment, folders and name with
    /// dots between them.
    ///
    /// Letters, digits and `-_.` alone are judged: with others in it a vault may read something else than the whole, such
    /// as the end of it (`${a${b}`), or another project (`@`).
    func allows(
        reference: Span<UInt8>, in folder: FolderQuery, of session: SessionService.Entry
    ) -> Bool {
        guard source == .vault, Self.areSame(folder.project, project ?? session.usual.project),
            reference.indices.allSatisfy({ Self.isPlain(reference[$0]) })
        else { return false }
        let environment = environment ?? session.usual.environment
        let path = Self.plain(path ?? session.usual.path)
        let folders = path.split(separator: "/").map(String.init)
        // A dot in a name reads as the end of a folder's.
        guard ![environment, path, name ?? ""].contains(where: { $0.utf8.contains(UInt8(ascii: ".")) }) else {
            return false
        }
        let isSameFolder =
            Self.areSame(folder.environment, environment) && Self.areSame(Self.plain(folder.path), path)
        let whole = Array((([environment] + folders).joined(separator: ".") + ".").utf8)
        return (isSameFolder ? [[], whole] : [whole]).contains { prefix in
            guard reference.count > prefix.count, prefix.indices.allSatisfy({ reference[$0] == prefix[$0] }) else {
                return false
            }
            let rest = reference.extracting(prefix.count..<reference.count)
            guard let name else { return !rest.indices.contains { rest[$0] == UInt8(ascii: ".") } }
            let letters = Array(name.utf8)
            return rest.count == letters.count && rest.indices.allSatisfy { rest[$0] == letters[$0] }
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }
}
