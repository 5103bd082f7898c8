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
    /// begin before, or go on behind, counts as one.
    static func isDeclared(
        in value: SecretBytes, _ masker: Masker, _ declared: (Span<UInt8>) -> Bool
    ) throws(Failure) -> Bool {
        try value.withBytes { (bytes) throws(Failure) in
            for place in SecretReference.places(in: bytes) where !declared(bytes.extracting(place)) { return false }
            var start = 0
            for place in masker.places(in: bytes) {
                if SecretReference.isOpen(atEndOf: bytes.extracting(start..<place.lowerBound)) { return false }
                if place.upperBound < bytes.count, bytes[place.upperBound] == UInt8(ascii: "{") { return false }
                start = place.upperBound
            }
            return true
        }
    }
}

extension DeclaredSecret {
    /// Whether a reference in a value of `folder` is to this secret: its name there, or environment, folders and name with
    /// dots between them.
    func allows(
        reference: Span<UInt8>, in folder: FolderQuery, of session: SessionService.Entry
    ) -> Bool {
        guard source == .vault, folder.project == project ?? session.usual.project else { return false }
        let environment = environment ?? session.usual.environment
        let folders = (path ?? session.usual.path).split(separator: "/").map(String.init)
        let isSameFolder =
            folder.environment == environment && folder.path.split(separator: "/").map(String.init) == folders
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
}
