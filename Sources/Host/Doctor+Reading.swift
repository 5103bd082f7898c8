import Diagnostics
import HostProtocol
import Masking
import Providers
import SecretMemory

/// What is needed, read as a script would read it; the values are dropped.
extension Doctor {
    /// Who is logged in, and what has been read so far.
    final class Walk {
        let entry: SessionService.Entry
        let plan: LoginPlan
        let identity: SessionIdentity
        var left: [DeclaredSecret]
        var read: [FetchedPlace] = []
        var hasFailed = false

        init(_ entry: SessionService.Entry, _ plan: LoginPlan, _ identity: SessionIdentity, _ needs: [DeclaredSecret]) {
            (self.entry, self.plan, self.identity, left) = (entry, plan, identity, needs)
        }
    }

    /// A secret by name and place.
    struct FetchedPlace: Hashable {
        var project: String
        var environment: String
        var path: String
        var name: String
    }

    func read(_ entry: SessionService.Entry, _ plan: LoginPlan, _ identity: SessionIdentity) {
        var folder = DeclaredSecret.wholeFolder
        folder.path = plan.path
        // The declarations were read before the login: they are well-formed.
        let declared = (try? declared()) ?? nil
        if let script = request.script, declared == nil {
            show("secrets", .note, "\(script) declares no recipe: what it needs is not known, the folder is looked at")
        }
        if request.unknownNeeds > 0 {
            show("secrets", .note, "\(request.unknownNeeds) secrets that the recipe makes by code are not looked at")
        }
        next(Walk(entry, plan, identity, declared ?? [folder]))
    }

    private func next(_ walk: Walk) {
        guard !walk.left.isEmpty else { return walk.hasFailed ? finish() : lookBeyond(walk) }
        let need = walk.left.removeFirst()
        switch need.source {
        case .environment: lookAtEnvironment(need, walk)
        case .file:
            show("secrets", .note, "\(need.shown): files are not looked at")
            next(walk)
        case .vault:
            let folder = FolderQuery(
                project: need.project ?? walk.plan.project ?? "",
                environment: need.environment ?? walk.plan.environment,
                path: need.path ?? walk.plan.path)
            if let name = need.name { readOne(name, folder, walk) } else { readAll(folder, walk) }
        }
    }

    private func lookAtEnvironment(_ need: DeclaredSecret, _ walk: Walk) {
        let name = need.name ?? ""
        let isThere = environment.withheld[name] != nil || environment.inherited.contains { $0.name == name }
        if isThere {
            show("secrets", .ok, "\(need.shown) is set")
        } else {
            walk.hasFailed = true
            show("secrets", ScriptRun.missingVariable(name))
        }
        next(walk)
    }

    // MARK: - From the vault

    private func readOne(_ name: String, _ folder: FolderQuery, _ walk: Walk) {
        walk.entry.session.getSecret(SecretQuery(name, in: folder)) { [self] result in
            switch result {
            case .failure(let failure): refused(failure, walk)
            case .success(nil): next(walk)
            case .success(let found?):
                accept([found], folder, "\(name) can be read", walk)
            }
        }
    }

    private func readAll(_ folder: FolderQuery, _ walk: Walk) {
        let place = "env \(folder.environment), path \(folder.path)"
        walk.entry.session.listSecrets(folder) { [self] result in
            switch result {
            case .failure(let failure): refused(failure, walk)
            case .success(let found):
                let hidden = found.filter { $0.value == nil }
                if let first = hidden.first { return askWhyHidden(first.name, hidden.count, folder, walk) }
                guard !found.isEmpty else {
                    show(
                        "secrets", .warning, "there is no secret to be seen in \(place)",
                        hint:
                            "look at env and path: vaultscript secrets --env \(folder.environment) --path \(folder.path)"
                    )
                    return next(walk)
                }
                accept(found, folder, "\(Self.count(found.count)) of \(place) can be read", walk)
            }
        }
    }

    /// A list shows a mask where the right is missing; asked for by name, the server says why.
    private func askWhyHidden(_ name: String, _ count: Int, _ folder: FolderQuery, _ walk: Walk) {
        walk.entry.session.getSecret(SecretQuery(name, in: folder)) { [self] result in
            guard case .failure(var failure) = result else {
                show("secrets", .note, "a list hides \(name), by its name it can be read")
                return next(walk)
            }
            if count > 1 {
                failure.reason +=
                    "; \(Self.count(count - 1)) more of that folder \(count == 2 ? "is" : "are") hidden too"
            }
            refused(failure, walk)
        }
    }

    private func refused(_ failure: Failure, _ walk: Walk) {
        walk.hasFailed = true
        show("secrets", failure)
        // Where the way itself is broken, the others would only say the same.
        [.network, .timeout, .auth, .limit].contains(failure.kind) ? finish() : next(walk)
    }

    private func accept(_ found: [FetchedSecret], _ folder: FolderQuery, _ text: String, _ walk: Walk) {
        // Nothing prints a value; a server's words might.
        for secret in found { if let value = secret.value { try? gate.masker.add(value, name: secret.name) } }
        walk.read += found.map {
            FetchedPlace(project: folder.project, environment: $0.environment, path: $0.path, name: $0.name)
        }
        do throws(Failure) {
            try UnexpandedReference.refuse(found, CommandWords(command: "doctor"))
            show("secrets", .ok, text)
        } catch {
            walk.hasFailed = true
            show("secrets", error)
        }
        next(walk)
    }

    private static func count(_ number: Int) -> String { number == 1 ? "1 secret" : "\(number) secrets" }

    // MARK: - What is not needed

    private static let maximumEnvironments = 20
    private static let maximumRows = 20

    /// Names only: whether a value could be read is not tried, as doctor reads none that is not needed.
    private func lookBeyond(_ walk: Walk) {
        guard let session = walk.entry.session as? InfisicalSession else { return succeed(walk) }
        let project = walk.read.first?.project ?? walk.plan.project
        guard let project else { return succeed(walk) }
        session.projects { [self] others in
            session.environments(of: project) { [self] result in
                var slugs = (try? result.get()) ?? []
                if slugs.isEmpty { slugs = [walk.plan.environment] }
                look(through: Array(slugs.prefix(Self.maximumEnvironments)), of: project, session, walk) { [self] in
                    tellProjects((try? others.get()) ?? [], but: project)
                    succeed(walk)
                }
            }
        }
    }

    private func tellProjects(_ all: [(id: String, slug: String)], but project: String) {
        let others = all.filter { $0.id != project && $0.slug != project }.map(\.slug)
        guard !others.isEmpty else { return }
        let more = others.count > 5 ? " and \(others.count - 5) more" : ""
        show(
            "surplus", .note,
            "the identity is in other projects too: \(others.prefix(5).joined(separator: ", "))\(more)")
    }

    private func look(
        through environments: [String], of project: String, _ session: InfisicalSession, _ walk: Walk,
        _ completion: @escaping () -> Void
    ) {
        guard let environment = environments.first else { return completion() }
        var query = FolderQuery(project: project, environment: environment, includesValues: false)
        query.isRecursive = true
        session.listSecrets(query) { [self] result in
            if case .success(let found) = result { tell(found, project, environment, walk) }
            look(through: Array(environments.dropFirst()), of: project, session, walk, completion)
        }
    }

    private func tell(_ found: [FetchedSecret], _ project: String, _ environment: String, _ walk: Walk) {
        let needed = Set(walk.read)
        var names: [String: [String]] = [:]
        for secret in found where !secret.isImported {
            let place = FetchedPlace(project: project, environment: environment, path: secret.path, name: secret.name)
            if !needed.contains(place) { names[secret.path, default: []].append(secret.name) }
        }
        for (path, names) in names.sorted(by: { $0.key < $1.key }) {
            let more = names.count > 5 ? " and \(names.count - 5) more" : ""
            let text = "not needed: env \(environment), path \(path): \(names.prefix(5).joined(separator: ", "))\(more)"
            show(
                DoctorReport.Surplus(project: project, environment: environment, path: path, names: names),
                text: report.surplus.count < Self.maximumRows ? text : nil)
        }
    }

    // MARK: - All is well

    private func succeed(_ walk: Walk) {
        let who = walk.identity.name ?? "the identity"
        let count = Self.count(walk.read.count)
        let surplus = report.surplus.reduce(0) { $0 + $1.names.count }
        guard let script = request.script, request.needs != nil else {
            conclude(
                "all is well: \(who) can read \(count) of env \(walk.plan.environment), path \(walk.plan.path)",
                next: "what a script needs, and what the identity sees beyond that: vaultscript doctor FILE.lua")
            return finish()
        }
        let well = "all is well: \(who) can read the \(count) that \(script) needs"
        if surplus > 0 {
            conclude(
                "\(well), and sees \(surplus) more",
                next: "give the identity a role that covers what is needed and no more (least privilege)")
        } else {
            conclude(well, next: "run it: vaultscript \(script)")
        }
        finish()
    }
}
