import Diagnostics
import Providers
import SecretMemory

/// Which secrets of the vault this run has written with values that the script had put together.
///
/// Only what was loaded is taken apart (`secret.field`, `secret.base64Decode`), because of a value that a script has put
/// together itself success answers questions about any part of it. Written to the vault and fetched again it is still
/// put together.
struct WrittenSecrets {
    private struct Place: Hashable {
        var environment: String
        var path: String
        var name: String
    }

    private var assembled: Set<Place> = []
    /// Their values: what the vault puts them into, by a reference, is put together too.
    private var values: [SecretBytes] = []
    /// In a shorter one nobody has anything to guess with.
    private static let leastHeld = 4

    /// Notes what is written to a folder, before it is sent.
    ///
    /// Projects are not told apart: one has a slug and an id.
    mutating func note(
        _ secrets: [(name: String, value: SecretBytes, isAssembled: Bool)], in folder: FolderQuery
    ) throws(Failure) {
        for secret in secrets where secret.isAssembled {
            if secret.value.count >= Self.leastHeld, !values.contains(where: { $0.isEqual(to: secret.value) }) {
                values.append(try secret.value.withBytes { (bytes) throws(Failure) in try SecretBytes(copying: bytes) })
            }
            // For good: an older version can be fetched after a newer one was written.
            assembled.insert(Self.place(secret.name, folder.environment, folder.path))
        }
    }

    /// Whether a fetched value has one in it that this run has written.
    func isHeld(in value: SecretBytes) -> Bool { values.contains { value.contains($0) } }

    /// Whether what comes from there was put together by this run.
    func isAssembled(_ name: String, environment: String, path: String) -> Bool {
        !assembled.isEmpty && assembled.contains(Self.place(name, environment, path))
    }

    /// The server drops a slash at the end of a path.
    private static func place(_ name: String, _ environment: String, _ path: String) -> Place {
        let parts = path.split(separator: "/")
        return Place(environment: environment, path: parts.joined(separator: "/"), name: name)
    }
}
