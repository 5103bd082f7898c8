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
        /// What it counts as. Fetched again it counts as no less and no more: its length would tell that of what is in it.
        var size: SecretSize
    }

    /// What became of a write.
    enum Outcome {
        /// With the versions by name, where the vault says.
        case done([String: Int])
        case refused
        /// It may have been done, or may be done later.
        case unknown
    }

    /// A project as one session names it. The same names at another session may be another vault's, or another's.
    struct Project: Hashable {
        fileprivate var session: ObjectIdentifier
        fileprivate var name: [UInt8]

        init(_ name: String, of session: SessionService.Entry) {
            self.session = ObjectIdentifier(session)
            // Byte for byte: texts that a person reads as one are two names for a vault.
            self.name = Array(name.utf8)
        }
    }

    private struct Place: Hashable {
        var project: Project
        var name: [UInt8]
        var environment: [UInt8]
        var path: [UInt8]
        var anywhere: Anywhere

        init(_ name: String, _ environment: String, _ path: String, of project: Project) {
            self.project = project
            anywhere = Anywhere(name, environment, path)
            self.name = Array(name.utf8)
            self.environment = Array(environment.utf8)
            self.path = Array(anywhere.path.utf8)
        }

        init(of found: FetchedSecret, in project: Project) {
            self.init(found.name, found.environment, found.path, of: project)
        }
    }

    /// What may be one place: a project has a slug and an id, several sessions may be at one vault, a server may make
    /// capitals of the letters of a name, and other bytes may be the same letters to it.
    private struct Anywhere: Hashable {
        var environment: String
        var path: String
        var name: String

        init(_ name: String, _ environment: String, _ path: String) {
            (self.name, self.environment) = (name.uppercased(), environment)
            // The server drops a slash at the end of a path.
            self.path = path.split(separator: "/").joined(separator: "/")
        }
    }

    private struct Version {
        var mayRefer: Bool
        var size: SecretSize
        /// When it was noted: `changes` of then.
        var noted: Int
    }

    /// The versions of a place that this run has written what it may have chosen as.
    private var versions: [Place: [Int: Version]] = [:]
    /// How many such writes are under way, or may have been done.
    private var unknown: [Place: Int] = [:]
    /// Where anything was written.
    private var touched: Set<Anywhere> = []
    private var hasWritten = false
    /// Counts what is noted.
    private var changes = 0
    /// Places and values that were fetched before anything was written, under a key of this process.
    private var before: Set<Int> = []

    /// Notes what is written to a folder, before it is sent.
    mutating func note(_ secrets: [Note], in folder: FolderQuery, of session: SessionService.Entry) {
        for secret in secrets {
            let place = Self.place(secret.name, folder, session)
            touched.insert(place.anywhere)
            guard secret.isScriptMade else { continue }
            hasWritten = true
            unknown[place, default: 0] += 1
        }
    }

    /// Notes what has become of that.
    mutating func settle(
        _ secrets: [Note], in folder: FolderQuery, of session: SessionService.Entry, _ outcome: Outcome
    ) {
        for secret in secrets where secret.isScriptMade {
            let place = Self.place(secret.name, folder, session)
            switch outcome {
            case .unknown: continue
            case .refused: break
            case .done(let all):
                guard let version = all[secret.name] else { continue }
                changes += 1
                versions[place, default: [:]][version] = Version(
                    mayRefer: secret.mayRefer, size: secret.size, noted: changes)
            }
            unknown[place, default: 1] -= 1
        }
    }

    /// Notes that a secret is deleted, before that is asked for: afterwards its versions begin anew.
    ///
    /// Gives what `settleDeletion` takes.
    mutating func noteDeletion(_ name: String, in folder: FolderQuery, of session: SessionService.Entry) -> Int {
        let place = Self.place(name, folder, session)
        unknown[place, default: 0] += 1
        // What has another name may be the same: then nobody knows any more what its versions are.
        for other in versions.keys where other != place && other.anywhere == place.anywhere {
            unknown[other, default: 0] += 1
        }
        return changes
    }

    /// Notes what has become of that. What was written while it was under way may be there.
    mutating func settleDeletion(
        _ name: String, in folder: FolderQuery, of session: SessionService.Entry, notedAt number: Int,
        _ outcome: Outcome
    ) {
        let place = Self.place(name, folder, session)
        switch outcome {
        case .unknown: return
        case .refused: break
        case .done: versions[place] = versions[place]?.filter { $0.value.noted > number }
        }
        unknown[place, default: 1] -= 1
    }

    private static func place(_ name: String, _ folder: FolderQuery, _ session: SessionService.Entry) -> Place {
        Place(name, folder.environment, folder.path, of: Project(folder.project, of: session))
    }

    /// Whether this run has changed nothing, nor tried to.
    var isEmpty: Bool { touched.isEmpty && unknown.isEmpty }

    /// Notes what was fetched: nothing of a script's making is in it as long as nothing has been written.
    mutating func noteFetched(_ found: FetchedSecret, in project: Project) {
        if !hasWritten, let key = Self.key(found, project) { before.insert(key) }
    }

    /// Whether only the vault can tell: a reference may have brought into it what was written.
    func isOpen(_ found: FetchedSecret, in project: Project) -> Bool {
        !wasBefore(found, in: project) && written(found, in: project) == nil
    }

    /// Whether this run has written anything there.
    func isWritten(_ found: FetchedSecret) -> Bool {
        touched.contains(Anywhere(found.name, found.environment, found.path))
    }

    /// What the secret counts as where this run has put together what comes from there, that version and no other; else nil.
    func sizeOfAssembled(_ found: FetchedSecret, in project: Project) -> SecretSize? {
        written(found, in: project)?.size
    }

    /// Whether it may be what this run has written, and nobody can tell: the write may have been done or not, the vault
    /// says no versions, or it was written by another session, under another name of the project, or in other letters.
    func isUncertain(_ found: FetchedSecret, in project: Project) -> Bool {
        guard !wasBefore(found, in: project) else { return false }
        let place = Place(of: found, in: project)
        if unknown[place] ?? 0 > 0 { return true }
        if found.version == nil, versions[place] != nil { return true }
        return (Array(versions.keys) + unknown.filter { $0.value > 0 }.map(\.key)).contains {
            $0 != place && $0.anywhere == place.anywhere
        }
    }

    /// Whether the vault may have put it together of what this run has written and of other secrets.
    func mayHoldOthers(_ found: FetchedSecret, in project: Project) -> Bool {
        if let version = written(found, in: project) { return version.mayRefer }
        return isOpen(found, in: project) && !found.isPlain
    }

    /// Whether it is as it was before this run wrote anything.
    private func wasBefore(_ found: FetchedSecret, in project: Project) -> Bool {
        guard hasWritten, let key = Self.key(found, project) else { return true }
        return before.contains(key)
    }

    /// A value of one person's own has versions of its own, and no script writes one.
    private func written(_ found: FetchedSecret, in project: Project) -> Version? {
        guard let version = found.version, !found.isPersonal else { return nil }
        return versions[Place(of: found, in: project)]?[version]
    }

    /// Says nothing to who does not have the key.
    private static func key(_ found: FetchedSecret, _ project: Project) -> Int? {
        guard let value = found.value else { return nil }
        var hasher = Hasher()
        hasher.combine(Place(of: found, in: project))
        unsafe value.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}

extension WrittenSecrets.Outcome {
    init(_ result: Result<DeletionOutcome, Failure>) {
        switch result {
        case .success(.done), .success(.wasAbsent): self = .done([:])
        case .success(.awaitsApproval): self = .unknown
        case .failure(let failure): self.init(failure)
        }
    }

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
