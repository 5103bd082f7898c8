import Providers

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

    /// Notes what is written to a folder, before it is sent.
    ///
    /// Projects are not told apart: one has a slug and an id.
    mutating func note(_ secrets: [(name: String, isAssembled: Bool)], in folder: FolderQuery) {
        for secret in secrets where secret.isAssembled {
            // For good: an older version can be fetched after a newer one was written.
            assembled.insert(Self.place(secret.name, folder.environment, folder.path))
        }
    }

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
