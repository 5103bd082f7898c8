import Diagnostics
import HostProtocol
import Masking
import Providers

/// The secrets that a script declares before it asks for them, fetched together: one request for each folder, and the
/// folders side by side.
///
/// How it is used:
/// 1. `declare` notes what is needed. Nothing is sent.
/// 2. The first `take` of a declared secret fetches all of them through that session (`fetch` does the same at a time of
///    the caller's choice). If one cannot be had, all who wait get a failure that names it, before any work is done.
/// 3. `take` gives each secret once, or that it is not there. Who asks again asks the vault: a run that lasts sees what was changed meanwhile.
///
/// Every value is in the store, and so known to the masker, from when it comes.
final class SecretPrefetch {
    /// A secret that is needed; what is not said is where the user's settings lead.
    struct Declaration: Hashable {
        var name: String
        var project: String?
        var environment: String?
        var path: String?
        /// Whether the script goes on without it.
        var isOptional = false
    }

    /// What there is for a query.
    enum Taken {
        /// It was fetched; nil where it is optional and not there.
        case found(FetchedSecret?)
        /// It was not declared, or is taken: ask the vault.
        case notFetched
    }

    typealias Report = (Result<Void, Failure>) -> Void

    private let keep: (FetchedSecret, _ project: String, SessionService.Entry) throws(Failure) -> ObjectReference
    private let drop: (ObjectReference) -> Void
    private let hasWritten: () -> Bool
    private var declarations: [Declaration] = []
    private var batches: [ObjectIdentifier: PrefetchBatch] = [:]

    /// - Parameters:
    ///   - keep: Takes a value into the store.
    ///   - drop: Closes a handle of the store.
    ///   - hasWritten: Whether the run has changed something in a vault.
    init(
        keep: @escaping (FetchedSecret, _ project: String, SessionService.Entry) throws(Failure) -> ObjectReference,
        drop: @escaping (ObjectReference) -> Void, hasWritten: @escaping () -> Bool
    ) {
        self.keep = keep
        self.drop = drop
        self.hasWritten = hasWritten
    }

    /// Notes what is needed, in addition to what was declared before any session fetched.
    func declare(_ more: [Declaration]) {
        for declaration in more where !declarations.contains(declaration) { declarations.append(declaration) }
    }

    /// Fetches what is declared, once for each session; later calls report at once.
    ///
    /// A declaration without a project needs one of the user's settings.
    func fetch(for entry: SessionService.Entry, completion: @escaping Report) {
        let known = batches[ObjectIdentifier(entry)]
        let batch =
            known
            ?? PrefetchBatch(
                entry.session,
                keep: { [keep] found, project throws(Failure) in try keep(found, project, entry) },
                hasWritten: hasWritten)
        batches[ObjectIdentifier(entry)] = batch
        batch.wait(completion)
        guard known == nil else { return }
        batch.start(declarations.compactMap { declaration in Self.query(declaration, entry) })
    }

    /// Gives what was fetched for a query, and fetches first if that has not been done.
    func take(
        _ query: SecretQuery, from entry: SessionService.Entry,
        completion: @escaping (Result<Taken, Failure>) -> Void
    ) {
        let key = PrefetchBatch.Key(query)
        let isDeclared = declarations.contains { Self.query($0, entry).map(PrefetchBatch.Key.init) == key }
        guard isDeclared, query.version == nil, !query.folder.prefersPersonal else {
            return completion(.success(.notFetched))
        }
        fetch(for: entry) { [self] result in
            completion(result.map { take(key, query.isOptional, batches[ObjectIdentifier(entry)]) })
        }
    }

    private func take(_ key: PrefetchBatch.Key, _ isOptional: Bool, _ batch: PrefetchBatch?) -> Taken {
        guard let kept = batch?.found.removeValue(forKey: key) else {
            // Once, as for those that are there: who waits for one that somebody else makes asks again.
            return isOptional && batch?.absent.remove(key) != nil ? .found(nil) : .notFetched
        }
        drop(kept.reference)
        return .found(kept.secret)
    }

    /// Forgets a secret that has been written: it is asked for anew.
    func forget(_ name: String, in folder: FolderQuery) {
        let key = PrefetchBatch.Key(SecretQuery(name, in: folder))
        for batch in batches.values {
            batch.absent.remove(key)
            if let kept = batch.found.removeValue(forKey: key) { drop(kept.reference) }
        }
    }

    private static func query(_ declaration: Declaration, _ entry: SessionService.Entry) -> SecretQuery? {
        guard let project = declaration.project ?? entry.usual.project else { return nil }
        let folder = FolderQuery(
            project: project, environment: declaration.environment ?? entry.usual.environment,
            path: declaration.path ?? entry.usual.path)
        return SecretQuery(declaration.name, in: folder, isOptional: declaration.isOptional)
    }
}

extension SecretPrefetch.Declaration {
    /// One secret of the vault that a recipe declares; nil for a whole folder, a variable or a file.
    init?(_ declared: DeclaredSecret) {
        guard declared.source == .vault, let name = declared.name else { return nil }
        self.init(
            name: name, project: declared.project, environment: declared.environment, path: declared.path)
    }
}

/// All that is declared, fetched through one session.
final class PrefetchBatch {
    /// A secret's name and place.
    struct Key: Hashable {
        let project: String
        let environment: String
        let path: String
        let name: String
        /// Byte for byte: texts that look the same to a person are two names.
        private let bytes: [UInt8]

        init(_ query: SecretQuery) {
            project = query.folder.project
            environment = query.folder.environment
            path = "/" + query.folder.path.split(separator: "/").joined(separator: "/")
            name = query.name
            bytes = Array("\(project)\0\(environment)\0\(path)\0\(name)".utf8)
        }
    }

    private let session: any SecretSession
    private let keep: (FetchedSecret, _ project: String) throws(Failure) -> ObjectReference
    private let hasWritten: () -> Bool
    var found: [Key: (secret: FetchedSecret, reference: ObjectReference)] = [:]
    var absent: Set<Key> = []
    private var failures: [(place: Int, name: String, failure: Failure)] = []
    private var waiting: [SecretPrefetch.Report] = []
    private var open = 0
    private var isDone = false

    init(
        _ session: any SecretSession,
        keep: @escaping (FetchedSecret, _ project: String) throws(Failure) -> ObjectReference,
        hasWritten: @escaping () -> Bool
    ) {
        self.session = session
        self.keep = keep
        self.hasWritten = hasWritten
    }

    /// Reports when all is there; a failure is reported to those who have waited for it, and to nobody after.
    func wait(_ report: @escaping SecretPrefetch.Report) {
        if isDone { report(.success(())) } else { waiting.append(report) }
    }

    /// Asks for all of `queries`: a folder's single one by its name, several by one list of the folder.
    ///
    /// What is near to one that is not there is not looked for: who needs it asks for it, and that error is shown.
    func start(_ queries: [SecretQuery]) {
        let places = queries.enumerated().map { place, query in
            var query = query
            query.folder.looksForNear = false
            return (place: place, query: query)
        }
        let folders = Dictionary(grouping: places) { Folder($0.query) }
        open = 1
        for group in folders.values.sorted(by: { $0[0].place < $1[0].place }) {
            if group.count == 1 { ask(group[0]) } else { list(group) }
        }
        close()
    }

    private typealias Wanted = (place: Int, query: SecretQuery)

    private struct Folder: Hashable {
        let project: String
        let environment: String
        let path: String

        init(_ query: SecretQuery) {
            let key = Key(query)
            (project, environment, path) = (key.project, key.environment, key.path)
        }
    }

    private func list(_ group: [Wanted]) {
        var folder = group[0].query.folder
        folder.filter = SecretFilter(names: Set(group.map(\.query.name)))
        open += 1
        session.listSecrets(folder) { [self] result in
            switch result {
            case .success(let secrets):
                let byName = Dictionary(secrets.map { (Array($0.name.utf8), $0) }) { first, _ in first }
                for wanted in group {
                    // A list leaves out what may not be seen and hides what may not be read: by name the vault says why.
                    if let secret = byName[Array(wanted.query.name.utf8)], secret.value != nil {
                        take(secret, wanted)
                    } else {
                        ask(wanted)
                    }
                }
            case .failure(let failure) where isToBeAskedByName(after: failure): for wanted in group { ask(wanted) }
            case .failure(let failure): note(failure, group[0])
            }
            close()
        }
    }

    /// A folder that is too large, or may not be listed, can hold secrets that may be read. Once the run has written to a
    /// vault, how much more goes into the list would tell it how long the values are that it does not declare.
    private func isToBeAskedByName(after failure: Failure) -> Bool {
        if failure.endsRun { return failure.cause == InfisicalCause.tooLarge.rawValue && !hasWritten() }
        return failure.kind == .limit && failure.status != 429 || failure.kind == .denied
    }

    private func ask(_ wanted: Wanted) {
        open += 1
        session.getSecret(wanted.query) { [self] result in
            switch result {
            case .success(let secret?): take(secret, wanted)
            case .success(nil): absent.insert(Key(wanted.query))
            case .failure(let failure):
                // A script may go on without what its recipe declares (`optional`).
                if failure.cause == InfisicalCause.unknownSecret.rawValue { absent.insert(Key(wanted.query)) }
                note(failure, wanted)
            }
            close()
        }
    }

    private func take(_ secret: FetchedSecret, _ wanted: Wanted) {
        do throws(Failure) {
            found[Key(wanted.query)] = (secret, try keep(secret, wanted.query.folder.project))
        } catch { note(error, wanted) }
    }

    private func note(_ failure: Failure, _ wanted: Wanted) {
        failures.append((wanted.place, wanted.query.name, failure))
    }

    private func close() {
        open -= 1
        guard open == 0 else { return }
        isDone = true
        let reports = waiting
        waiting = []
        let failure = failure
        for report in reports { report(failure.map { .failure($0) } ?? .success(())) }
    }

    /// One that ends the run; else the first failure in the order of the declarations, which names the others too.
    private var failure: Failure? {
        if let end = failures.first(where: { $0.failure.endsRun }) { return end.failure }
        let sorted = failures.sorted { $0.place < $1.place }
        guard var first = sorted.first?.failure else { return nil }
        if sorted.count > 1 {
            let names = sorted.dropFirst().map(\.name.printable).joined(separator: ", ")
            first.message += "; nor could \(names)"
        }
        return first
    }
}
