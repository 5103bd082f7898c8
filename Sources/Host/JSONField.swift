import Diagnostics
import Masking
import Providers
import SecretMemory

/// One field of a value that is JSON. A failure says nothing about the value.
enum JSONField {
    /// - Parameter masker: Given for a text that is not the vault's: what it holds of origins before its own is left whole.
    static func value(
        of field: String, in value: SecretBytes, name: String, apartFrom masker: Masker? = nil,
        before origin: Masker.Origin = .script
    ) throws(Failure) -> SecretBytes {
        let inert = try masker.flatMap { (masker) throws(Failure) in
            try value.withBytes { (bytes) throws(Failure) in try InertText(bytes, masker, before: origin) }
        }
        let json = inert.map { try? SecretJSON($0.text) } ?? (try? SecretJSON(value))
        var node = json?.root
        for key in field.split(separator: ".", omittingEmptySubsequences: false) {
            node = try? node?.member(String(key))
        }
        guard let node, let found = try? node.secret() else {
            throw Failure(
                .notFound, "the secret \(name.printable) has no text field \(field.printable)",
                reason: "its value is not JSON, or has another shape",
                hint: "look at it in the vault; inner fields are written with dots: a.b")
        }
        if let inert, inert.holdsMark(node.sourceRange) {
            throw InertText.holdsSecret(
                "the field \(field.printable) of \(name.printable) holds a secret of the vault: use that one")
        }
        return found
    }
}
