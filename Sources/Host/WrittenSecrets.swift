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
    /// What is written to one place.
    struct Note {
        var name: String
        /// Whether somebody may have chosen it who sees what comes out, in part or as a whole.
        var isScriptMade: Bool
        /// Whether the vault could read a reference in it, by the script's own text.
        var mayRefer: Bool
    }

    /// What became of a write.
    enum Outcome {
        /// With the versions by name, where the vault says.
        case done([String: Int])
        case refused
        /// It may have been done, or may be done later.
        case unknown
    }

    private struct Place: Hashable {
        var project: String
        var environment: String
        var path: String
        var name: String

        init(_ name: String, _ environment: String, _ path: String, of project: String) {
            (self.name, self.environment, self.project) = (name, environment, project)
            // The server drops a slash at the end of a path.
            self.path = path.split(separator: "/").joined(separator: "/")
        }

        init(of found: FetchedSecret, in project: String) {
            self.init(found.name, found.environment, found.path, of: project)
        }

        /// One project has a slug and an id, and a server may make capitals of the letters of a name.
        var inAnyProject: Place { Place(name.uppercased(), environment, path, of: "") }
    }

    /// The versions of a place that this run has written what it may have chosen as, each with whether it may refer.
    private var versions: [Place: [Int: Bool]] = [:]
    /// How many such writes are under way, or may have been done.
    private var unknown: [Place: Int] = [:]
    /// Where anything was written, in any project.
    private var touched: Set<Place> = []
    private var hasWritten = false
    /// Places and values that were fetched before anything was written, under a key of this process.
    private var before: Set<Int> = []

    /// Notes what is written to a folder, before it is sent.
    mutating func note(_ secrets: [Note], in folder: FolderQuery) {
        for secret in secrets {
            let place = Place(secret.name, folder.environment, folder.path, of: folder.project)
            touched.insert(place.inAnyProject)
            guard secret.isScriptMade else { continue }
            hasWritten = true
            unknown[place, default: 0] += 1
        }
    }

    /// Notes what has become of that.
    mutating func settle(_ secrets: [Note], in folder: FolderQuery, _ outcome: Outcome) {
        for secret in secrets where secret.isScriptMade {
            let place = Place(secret.name, folder.environment, folder.path, of: folder.project)
            switch outcome {
            case .unknown: continue
            case .refused: break
            case .done(let all):
                guard let version = all[secret.name] else { continue }
                versions[place, default: [:]][version] = secret.mayRefer
            }
            unknown[place, default: 1] -= 1
        }
    }

    /// Notes what was fetched: nothing of a script's making is in it as long as nothing has been written.
    mutating func noteFetched(_ found: FetchedSecret, in project: String) {
        if !hasWritten, let key = Self.key(found, project) { before.insert(key) }
    }

    /// Whether only the vault can tell: a reference may have brought into it what was written.
    func isOpen(_ found: FetchedSecret, in project: String) -> Bool {
        guard hasWritten, !isAssembled(found, in: project), let key = Self.key(found, project) else { return false }
        return !before.contains(key)
    }

    /// Whether this run has written anything there.
    func isWritten(_ found: FetchedSecret) -> Bool {
        touched.contains(Place(of: found, in: "").inAnyProject)
    }

    /// Whether this run has put together what comes from there: that version, and no other.
    func isAssembled(_ found: FetchedSecret, in project: String) -> Bool {
        guard let version = found.version else { return false }
        return versions[Place(of: found, in: project)]?[version] != nil
    }

    /// Whether it may be what this run has written, and nobody can tell: the write may have been done or not, the vault
    /// says no versions, or it was written under another name of the project, or in other letters.
    func isUncertain(_ found: FetchedSecret, in project: String) -> Bool {
        guard isOpen(found, in: project) else { return false }
        let place = Place(of: found, in: project)
        if unknown[place] ?? 0 > 0 { return true }
        if found.version == nil, versions[place] != nil { return true }
        return (Array(versions.keys) + unknown.filter { $0.value > 0 }.map(\.key)).contains {
            $0 != place && $0.inAnyProject == place.inAnyProject
        }
    }

    /// Whether the vault may have put it together of what this run has written and of other secrets.
    func mayHoldOthers(_ found: FetchedSecret, in project: String) -> Bool {
        if let version = found.version, let mayRefer = versions[Place(of: found, in: project)]?[version] {
            return mayRefer
        }
        return isOpen(found, in: project) && !found.isPlain
    }

    /// Says nothing to who does not have the key.
    private static func key(_ found: FetchedSecret, _ project: String) -> Int? {
        guard let value = found.value else { return nil }
        var hasher = Hasher()
        hasher.combine(Place(of: found, in: project))
        unsafe value.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}

extension WrittenSecrets.Outcome {
    init(_ result: Result<PutOutcome, Failure>, _ name: String) {
        switch result {
        case .success(.created(let version)), .success(.updated(let version)):
            self = .done(version.map { [name: $0] } ?? [:])
        case .success(.awaitsApproval): self = .unknown
        case .failure(let failure): self.init(failure)
        }
    }

    init(_ result: Result<BatchOutcome, Failure>) {
        switch result {
        case .success(.done(let versions)): self = .done(versions)
        case .success(.awaitsApproval): self = .unknown
        case .failure(let failure): self.init(failure)
        }
    }

    /// An answer that the request was wrong or not allowed, or a value that is not sent at all: nothing was written.
    private init(_ failure: Failure) {
        let isRefused = failure.status.map { (400..<500).contains($0) } ?? (failure.kind == .usage)
        self = isRefused && !failure.mayBeDone ? .refused : .unknown
    }
}
