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
        /// Whether a look at what is not needed failed.
        var isPartly = false

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
        if let script = request.script, let calls = request.calls { tell(calls, of: script.printable) }
        if request.unknownNeeds > 0 {
            show("secrets", .note, "\(request.unknownNeeds) secrets that the recipe makes by code are not looked at")
        }
        next(Walk(entry, plan, identity, declared ?? [folder]))
    }

    /// A script without a recipe says what it needs by what it calls.
    private func tell(_ calls: DoctorRequest.Calls, of script: String) {
        let needs = request.needs ?? []
        let folders = needs.count { if case .folder = $0 { true } else { false } }
        let names = needs.count - folders
        let parts = [
            names == 0 ? nil : "the \(names == 1 ? "1 name" : "\(names) names") its getSecret calls hold",
            folders == 0 ? nil : "the \(folders == 1 ? "folder" : "\(folders) folders") its getSecrets calls read",
        ].compactMap { $0 }
        show(
            "secrets", .note,
            parts.isEmpty
                ? "\(script) has no recipe{}, and no call of getSecret with a literal name: the folder is looked at"
                : "\(script) has no recipe{}: looked for \(parts.joined(separator: " and "))")
        if calls.openCount > 0 {
            show(
                "secrets", .note,
                "\(calls.openCount == 1 ? "1 call is" : "\(calls.openCount) calls are") not looked at: a name or place is no "
                    + "literal, or there is more than one login")
        }
        if calls.requiresFiles { show("secrets", .note, "the files that \(script) requires are not looked into") }
    }

    private func next(_ walk: Walk) {
        guard !walk.left.isEmpty else {
            if walk.hasFailed { return finish() }
            // Nothing can be said to be more than a script needs of which only a part is known.
            return request.needs != nil && request.calls?.isPartial == true ? succeed(walk) : lookBeyond(walk)
        }
        let need = walk.left.removeFirst()
        switch need.source {
        case .environment: lookAtEnvironment(need, walk)
        case .file:
            show("secrets", .note, "\(need.shown): files are not looked at")
            next(walk)
        case .vault:
            // What a recipe leaves open does not follow the script's login; what a call leaves open does.
            let place = request.calls == nil ? walk.entry.usual : walk.plan.place
            let folder = FolderQuery(
                project: need.project ?? place.project ?? "", environment: need.environment ?? place.environment,
                path: need.path ?? place.path)
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
                        hint: "look at env and path: "
                            + CommandWords(options).listing(
                                project: folder.project, usual: walk.plan.project, environment: folder.environment,
                                path: folder.path))
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
        walk.read += found.map {
            FetchedPlace(project: folder.project, environment: $0.environment, path: $0.path, name: $0.name)
        }
        do throws(Failure) {
            // Nothing prints a value; a server's words might.
            for secret in found { if let value = secret.value { try gate.masker.add(value, name: secret.name) } }
            try UnexpandedReference.refuse(found, CommandWords(command: "doctor"))
            show("secrets", .ok, text)
        } catch {
            walk.hasFailed = true
            show("secrets", error)
        }
        next(walk)
    }

    private static func count(_ number: Int) -> String { number == 1 ? "1 secret" : "\(number) secrets" }

    // MARK: - All is well

    func succeed(_ walk: Walk) {
        let who = walk.identity.name ?? "the identity"
        // What is declared twice is one secret.
        let count = Self.count(Set(walk.read).count)
        let surplus = report.surplus.reduce(0) { $0 + $1.names.count }
        let partly = walk.isPartly ? "; what else it sees could not be looked at in full" : ""
        let run = request.script.map {
            "run it: vaultscript\(options.vaultWords)\(options.placeWords) \($0.shellWord)"
        }
        guard let script = request.script, request.needs != nil else {
            conclude(
                "all is well: \(who) can read \(count) of env \(walk.plan.environment), path \(walk.plan.path)\(partly)",
                next: run
                    ?? "what a script needs, and what the identity sees beyond that: \(options.commandLine("doctor")) FILE.lua"
            )
            return finish()
        }
        var well =
            "all is well: \(who) can read the \(count) that \(script) \(request.calls == nil ? "needs" : "names")"
        if request.calls?.isPartial == true { well += "; what else it reads is not known" }
        if surplus > 0 {
            conclude(
                "\(well), and sees \(surplus) more\(partly)",
                next: "give the identity a role that covers what is needed and no more (least privilege)")
        } else {
            conclude(well + partly, next: run ?? "")
        }
        finish()
    }
}
