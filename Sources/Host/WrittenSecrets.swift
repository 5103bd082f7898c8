import Diagnostics
import Providers
import SecretMemory

/// Which secrets of the vault this run has written, and with what.
///
/// Only what was loaded is taken apart (`secret.field`, `secret.base64Decode`), because of a value that a script has put
/// together itself success answers questions about any part of it. Written to the vault and fetched again it is still
/// put together. What the vault puts together by references, of texts of the script's perhaps, is not handed out any
/// more: neither would its masks be safe as those of a loaded value, nor would other secrets in it be as those of the
/// script's choice.
///
/// A fetched value is never compared with what was written: whether one is in the other would answer such questions,
/// too. What counts is where it comes from, whether it was the same before the first write, and whether the vault has
/// references in it.
struct WrittenSecrets {
    private struct Place: Hashable {
        var environment: String
        var path: String
        var name: String
    }

    /// What is written to one place.
    struct Note {
        var name: String
        /// Whether the script may have chosen it, in part or as a whole.
        var isScriptMade: Bool
        /// Whether the vault could read a reference in it, by the script's own text.
        var mayRefer: Bool
    }

    private var written: Set<Place> = []
    private var assembled: Set<Place> = []
    private var referring: Set<Place> = []
    /// Places and values that were fetched before anything was written, under a key of this process.
    private var before: Set<Int> = []

    /// Notes what is written to a folder, before it is sent.
    ///
    /// Projects are not told apart: one has a slug and an id.
    mutating func note(_ secrets: [Note], in folder: FolderQuery) {
        for secret in secrets {
            // For good: an older version can be fetched after a newer one was written.
            let place = Self.place(secret.name, folder.environment, folder.path)
            written.insert(place)
            guard secret.isScriptMade else { continue }
            assembled.insert(place)
            if secret.mayRefer { referring.insert(place) }
        }
    }

    /// Notes what was fetched: nothing of a script's making is in it as long as nothing has been written.
    mutating func noteFetched(_ found: FetchedSecret) {
        if assembled.isEmpty, let key = Self.key(found) { before.insert(key) }
    }

    /// Whether only the vault can tell: a reference may have brought into it what was written.
    func isOpen(_ found: FetchedSecret) -> Bool {
        guard !assembled.isEmpty, !assembled.contains(Self.place(of: found)), let key = Self.key(found) else {
            return false
        }
        return !before.contains(key)
    }

    /// Whether this run has written there.
    func isWritten(_ found: FetchedSecret) -> Bool { written.contains(Self.place(of: found)) }

    /// Whether this run has put together what comes from there.
    func isAssembled(_ found: FetchedSecret) -> Bool { assembled.contains(Self.place(of: found)) }

    /// Whether the vault may have put it together of what this run has written and of other secrets.
    func mayHoldOthers(_ found: FetchedSecret) -> Bool {
        referring.contains(Self.place(of: found)) || (isOpen(found) && !found.isPlain)
    }

    private static func place(of found: FetchedSecret) -> Place { place(found.name, found.environment, found.path) }

    /// The server drops a slash at the end of a path.
    private static func place(_ name: String, _ environment: String, _ path: String) -> Place {
        let parts = path.split(separator: "/")
        return Place(environment: environment, path: parts.joined(separator: "/"), name: name)
    }

    /// Says nothing to who does not have the key.
    private static func key(_ found: FetchedSecret) -> Int? {
        guard let value = found.value else { return nil }
        var hasher = Hasher()
        hasher.combine(place(of: found))
        unsafe value.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
