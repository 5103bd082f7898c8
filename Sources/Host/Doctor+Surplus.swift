import Diagnostics
import Providers

/// What the identity sees beyond what was read: names only. Whether a value could be read is not tried, as doctor reads
/// none that is not needed.
extension Doctor {
    private static let maximumEnvironments = 20
    private static let maximumRows = 20

    /// Looks through the projects of what was read.
    func lookBeyond(_ walk: Walk) {
        guard let session = walk.entry.session as? InfisicalSession else { return succeed(walk) }
        session.projects { [self] result in
            let all = look(at: result, walk) ?? []
            // One project may be read by its slug here and by its id there.
            func known(_ project: String) -> String {
                session.projectID(of: project) ?? all.first { $0.slug == project }?.id ?? project
            }
            for at in walk.read.indices { walk.read[at].project = known(walk.read[at].project) }
            var projects: [String] = []
            for project in walk.read.map(\.project) where !projects.contains(project) { projects.append(project) }
            if projects.isEmpty, let project = walk.plan.project { projects = [known(project)] }
            for project in projects {
                guard let fault = session.slugFault(of: project) else { continue }
                show("project", .warning, fault.reason, hint: fault.hint)
            }
            look(through: projects, session, Beyond(walk, projects, all)) { [self] in
                tellOthers(all.filter { !projects.contains($0.id) && !projects.contains($0.slug) }.map(\.slug))
                succeed(walk)
            }
        }
    }

    /// What is looked through.
    private struct Beyond {
        let walk: Walk
        /// Slugs by id, where a line has to say which project is meant.
        let names: [String: String]?

        init(_ walk: Walk, _ projects: [String], _ all: [(id: String, slug: String)]) {
            self.walk = walk
            names = projects.count > 1 ? Dictionary(all.map { ($0.id, $0.slug) }) { first, _ in first } : nil
        }
    }

    private func tellOthers(_ slugs: [String]) {
        guard !slugs.isEmpty else { return }
        let more = slugs.count > 5 ? " and \(slugs.count - 5) more" : ""
        show(
            "surplus", .note,
            "the identity is in other projects too: \(slugs.prefix(5).joined(separator: ", "))\(more)")
    }

    /// What was found; a failure is told, and the account of what is not needed then has gaps.
    private func look<T>(at result: Result<T, Failure>, _ walk: Walk) -> T? {
        switch result {
        case .success(let found): return found
        case .failure(let failure):
            walk.isPartly = true
            let words = gate.inward(failure)
            show("surplus", .note, words.reason.isEmpty ? words.message : "\(words.message): \(words.reason)")
            return nil
        }
    }

    // MARK: - Projects and environments

    private func look(
        through projects: [String], _ session: InfisicalSession, _ beyond: Beyond, _ completion: @escaping () -> Void
    ) {
        guard let project = projects.first else { return completion() }
        environments(of: project, session, beyond.walk) { [self] slugs in
            let some = Array(slugs.prefix(Self.maximumEnvironments))
            look(through: some, of: project, session, beyond) { [self] in
                look(through: Array(projects.dropFirst()), session, beyond, completion)
            }
        }
    }

    /// All of a project; those that were read, where the server does not tell.
    private func environments(
        of project: String, _ session: InfisicalSession, _ walk: Walk, _ completion: @escaping ([String]) -> Void
    ) {
        var own = Set(walk.read.filter { $0.project == project }.map(\.environment)).sorted()
        if own.isEmpty { own = [walk.plan.environment] }
        guard session.slugFault(of: project) == nil else { return completion(own) }
        session.environments(of: project) { [self] result in
            let all = look(at: result, walk) ?? []
            completion(all.isEmpty ? own : all)
        }
    }

    private func look(
        through environments: [String], of project: String, _ session: InfisicalSession, _ beyond: Beyond,
        _ completion: @escaping () -> Void
    ) {
        guard let environment = environments.first else { return completion() }
        var query = FolderQuery(project: project, environment: environment, includesValues: false)
        query.isRecursive = true
        query.looksForNear = false
        session.listSecrets(query) { [self] result in
            // Where it may not look there is nothing that it sees.
            if case .failure(let failure) = result, failure.kind == .denied {
            } else if let found = look(at: result, beyond.walk) {
                tell(found, project, environment, beyond)
            } else {
                // Where the way itself is broken, the others would only say the same.
                return completion()
            }
            look(through: Array(environments.dropFirst()), of: project, session, beyond, completion)
        }
    }

    // MARK: - Names

    private func tell(_ found: [FetchedSecret], _ project: String, _ environment: String, _ beyond: Beyond) {
        let needed = Set(beyond.walk.read)
        var names: [String: [String]] = [:]
        for secret in found where !secret.isImported {
            let place = FetchedPlace(project: project, environment: environment, path: secret.path, name: secret.name)
            if !needed.contains(place) { names[secret.path, default: []].append(secret.name) }
        }
        let named = beyond.names.map { "project \($0[project] ?? project), " } ?? ""
        for (path, names) in names.sorted(by: { $0.key < $1.key }) {
            let more = names.count > 5 ? " and \(names.count - 5) more" : ""
            let text =
                "not needed: \(named)env \(environment), path \(path): "
                + "\(names.prefix(5).joined(separator: ", "))\(more)"
            show(
                DoctorReport.Surplus(project: project, environment: environment, path: path, names: names),
                text: report.surplus.count < Self.maximumRows ? text : nil)
        }
    }
}
