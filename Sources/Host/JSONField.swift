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
        let place: (node: SecretJSON.Node, value: SecretBytes)?
        do throws(JSONError) {
            let json = if let inert { try SecretJSON(inert.text) } else { try SecretJSON(value) }
            place = try find(field, in: json)
        } catch {
            if error.kind == .memory { throw SecretBytes.noRoom }
            place = nil
        }
        guard let (node, found) = place else {
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

    private static func find(
        _ field: String, in json: SecretJSON
    ) throws(JSONError) -> (node: SecretJSON.Node, value: SecretBytes)? {
        var node = json.root
        for key in field.split(separator: ".", omittingEmptySubsequences: false) {
            guard let member = try node.member(String(key)) else { return nil }
            node = member
        }
        return try node.secret().map { (node, $0) }
    }
}
