import Diagnostics
import Providers
import SecretMemory

/// One field of a value that is JSON. A failure says nothing about the value.
enum JSONField {
    static func value(of field: String, in value: SecretBytes, name: String) throws(Failure) -> SecretBytes {
        var found: SecretBytes?
        if let json = try? SecretJSON(value) {
            var node: SecretJSON.Node? = json.root
            for key in field.split(separator: ".", omittingEmptySubsequences: false) {
                node = try? node?.member(String(key))
            }
            found = try? node?.secret()
        }
        guard let found else {
            throw Failure(
                .notFound, "the secret \(name.printable) has no text field \(field.printable)",
                reason: "its value is not JSON, or has another shape",
                hint: "look at it in the vault; inner fields are written with dots: a.b")
        }
        return found
    }
}
