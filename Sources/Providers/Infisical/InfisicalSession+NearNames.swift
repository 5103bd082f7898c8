import Diagnostics
import HTTPTransport
import SecretMemory

extension InfisicalSession {
    /// Reports a refusal in words; where something is not there, after a short look at what is near.
    ///
    /// The look asks for names only, at most `NearSearch.maximumRequests` times and within `NearSearch.timeLimit`, and
    /// whatever is refused on the way is not there for it. After any other refusal nothing is asked, nor where the query
    /// does not want it.
    func fail(
        _ refusal: InfisicalRefusal, during operation: InfisicalOperation, _ call: ProviderCall,
        _ report: @escaping (Failure) -> Void
    ) {
        var failure = wire.failures.make(refusal, during: operation)
        guard operation.folder?.looksForNear ?? true, case .answer(let answer, _) = refusal,
            let missing = wire.failures.missingPart(answer, operation)
        else { return report(failure) }
        let limit = min(call.deadline, wire.environment.now() + NearSearch.timeLimit)
        let question = ProviderCall(deadline: limit, isTriedOnce: true)
        call.underway { question.cancel() }
        NearSearch(session: self, call: question, operation: operation, missing: missing).start { hint, lack in
            guard !call.isCancelled else { return }
            call.underway(nil)
            if let hint { failure.hint = hint.printable }
            guard let lack, lack.cause != InfisicalCause.tooLarge.rawValue else { return report(lack ?? failure) }
            // A script can make the list longer, and would learn how long it was.
            failure.endsRun = true
            report(failure)
        }
    }
}

/// Looks for where a name that was not found may be meant to be.
final class NearSearch {
    /// What was not there.
    enum Missing { case secret, place, project }

    static let maximumRequests = 4
    static let timeLimit: Duration = .seconds(3)

    /// A secret by its name and folder.
    private struct Found {
        let name: String
        let environment: String
        let path: String
    }

    private let session: InfisicalSession
    private let call: ProviderCall
    private let operation: InfisicalOperation
    private let missing: Missing
    private var left = NearSearch.maximumRequests
    private var names: [Found] = []
    /// The environments that are still to be looked through.
    private var others: [String] = []
    private var nearEnvironment: String?
    /// Secret memory was used up, or a list is too large: that is no hint that is missing, but ends the run.
    private var lack: Failure?
    private var completion: (String?, Failure?) -> Void = { _, _ in }

    init(session: InfisicalSession, call: ProviderCall, operation: InfisicalOperation, missing: Missing) {
        self.session = session
        self.call = call
        self.operation = operation
        self.missing = missing
    }

    /// Reports a better hint, or nil, and what ends the run.
    func start(_ completion: @escaping (String?, Failure?) -> Void) {
        self.completion = completion
        guard missing != .project else { return askProjects() }
        guard let folder = operation.folder else { return report(nil) }
        // The project's id is known by now: it was needed for the request that failed.
        listNames(folder.environment) { [self] found in
            names = found ?? []
            guard exact.isEmpty, !isHere else { return finish() }
            // A name that is nearly the same in the right place is what was meant.
            if missing == .secret, nearNameHere != nil { return finish() }
            if missing == .place, found != nil, nearPath != nil { return finish() }
            askEnvironments(folder, isThere: found != nil)
        }
    }

    // MARK: - Questions

    private func ask(
        _ path: String, _ query: [(name: String, value: String)] = [], _ answer: @escaping (SecretJSON?) -> Void
    ) {
        guard left > 0, !call.isCancelled else { return answer(nil) }
        left -= 1
        session.authorized(call) { [session] token in
            session.wire.request("GET", path, query: query, token: token)
        } completion: { [self] result in
            if case .failure(let refusal) = result {
                let failure = session.wire.failures.make(refusal, during: operation)
                if failure.endsRun { lack = lack ?? failure }
            }
            answer(try? result.get())
        }
    }

    /// The names of an environment, all folders; nil where there is none to see.
    private func listNames(_ environment: String, _ answer: @escaping ([Found]?) -> Void) {
        guard let folder = operation.folder, let project = session.knownProject(folder.project) else {
            return answer(nil)
        }
        var all = folder
        all.environment = environment
        all.path = "/"
        all.includesValues = false
        all.isRecursive = true
        all.filter = SecretFilter()
        let api = session.api
        let pairs = api.readQuery(project, all, includesImports: false) + api.listQuery(all)
        ask(api.listPath, pairs) { json in answer(json.flatMap { NearSearch.found($0, all) }) }
    }

    private static func found(_ json: SecretJSON, _ query: FolderQuery) -> [Found]? {
        guard case .success(let secrets) = InfisicalList.merged(json, query) else { return nil }
        return secrets.prefix(10_000).compactMap { secret in
            let place = FolderQuery.NearPlace(environment: query.environment, path: secret.path)
            guard query.nearPlaces?.contains(place) ?? true else { return nil }
            return Found(name: secret.name, environment: query.environment, path: secret.path)
        }
    }

    private func askEnvironments(_ folder: FolderQuery, isThere: Bool) {
        if let places = folder.nearPlaces {
            others = Set(places.map(\.environment)).subtracting([folder.environment]).sorted()
            return askOthers()
        }
        guard case .id(let id)? = session.knownProject(folder.project) else { return finish() }
        let path = session.api == .v4 ? "/v1/projects/" : "/v1/workspace/"
        ask(path + PercentEncoding.encode(id)) { [self] json in
            var slugs = json.map(NearSearch.environments) ?? []
            if !isThere, !slugs.contains(folder.environment) {
                nearEnvironment = NearNames.best(for: folder.environment, among: slugs)
            }
            slugs.removeAll { $0 == folder.environment || $0 == nearEnvironment }
            others = [nearEnvironment].compactMap { $0 } + slugs.sorted()
            askOthers()
        }
    }

    static func environments(_ json: SecretJSON) -> [String] {
        let nested = ((try? json.root.member("project")) ?? nil) ?? ((try? json.root.member("workspace")) ?? nil)
        let list = ((try? (nested ?? json.root).member("environments")) ?? nil)?.elements ?? []
        return list.compactMap { ((try? $0.member("slug")) ?? nil)?.publicText(maximumBytes: 200) }
    }

    /// One environment after the other, until the name is found.
    private func askOthers() {
        guard operation.secretName != nil, exact.isEmpty, left > 0, !others.isEmpty else { return finish() }
        let environment = others.removeFirst()
        listNames(environment) { [self] found in
            names += found ?? []
            askOthers()
        }
    }

    private func askProjects() {
        guard let wanted = operation.project, operation.folder?.nearPlaces == nil else { return report(nil) }
        ask(session.api == .v4 ? "/v1/projects" : "/v1/workspace") { [self] json in
            let list = json.flatMap {
                ((try? $0.root.member("projects")) ?? nil) ?? ((try? $0.root.member("workspaces")) ?? nil)
            }
            let slugs = (list?.elements ?? []).compactMap {
                ((try? $0.member("slug")) ?? nil)?.publicText(maximumBytes: 200)
            }
            let near = NearNames.best(for: wanted, among: slugs)
            let known = slugs.isEmpty ? nil : "it sees: \(listed(slugs.sorted()))"
            report(near.map { "did you mean \(shown($0))?" } ?? known.map { "check the project's id or slug; \($0)" })
        }
    }

    // MARK: - Answers

    private func finish() { report(hint) }

    private func report(_ hint: String?) { completion(hint, lack) }

    private var hint: String? {
        guard let folder = operation.folder else { return nil }
        // The name is where it was looked for: then it is the version that is not.
        if isHere { return "leave version out for the newest" }
        let asked = "\(folder.environment):\(folder.path)"
        if let name = operation.secretName, !exact.isEmpty {
            return "\(name) is in \(listed(exact.map { "\($0.environment):\($0.path)" })), not \(asked)"
        }
        if missing == .secret, let near = nearNameHere { return "did you mean \(shown(near))?" }
        if let nearEnvironment { return "did you mean env \(shown(nearEnvironment))?" }
        if missing == .place, let nearPath { return "did you mean path \(shown(nearPath))?" }
        if missing == .secret, let near = nearNameElsewhere {
            return "did you mean \(shown(near.name)) of \(shown("\(near.environment):\(near.path)"))?"
        }
        return nil
    }

    private var exact: [Found] { names.filter { $0.name == operation.secretName && !isAsked($0) } }

    private var isHere: Bool { names.contains { $0.name == operation.secretName && isAsked($0) } }

    private func isAsked(_ found: Found) -> Bool {
        guard let folder = operation.folder else { return false }
        return found.environment == folder.environment && found.path == NearSearch.normal(folder.path)
    }

    private var nearNameHere: String? {
        guard let name = operation.secretName else { return nil }
        return NearNames.best(for: name, among: names.filter(isAsked).map(\.name))
    }

    private var nearNameElsewhere: Found? {
        guard let name = operation.secretName, let near = NearNames.best(for: name, among: names.map(\.name)) else {
            return nil
        }
        return names.first { $0.name == near }
    }

    /// A folder with a name like that; folders above one are there too.
    private var nearPath: String? {
        guard let folder = operation.folder else { return nil }
        var paths: Set<String> = []
        for found in names where found.environment == folder.environment {
            var path = found.path
            while path != "/", paths.insert(path).inserted { path = NearSearch.parent(path) }
        }
        return NearNames.best(for: NearSearch.normal(folder.path), among: paths)
    }

    private static func parent(_ path: String) -> String {
        "/" + path.split(separator: "/").dropLast().joined(separator: "/")
    }

    static func normal(_ path: String) -> String { "/" + path.split(separator: "/").joined(separator: "/") }

    private func listed(_ texts: [String]) -> String {
        let more = texts.count > 5 ? " and \(texts.count - 5) more" : ""
        return texts.prefix(5).map(shown).joined(separator: ", ") + more
    }

    private func shown(_ name: String) -> String { session.wire.failures.shownName(name) }
}
