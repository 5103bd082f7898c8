import Diagnostics

/// Table 3.4 of the API: what the identity may not do, and what is not there. And what is no API at all.
extension InfisicalFailures {
    // MARK: - May pass

    /// 429 and 5xx.
    func passing(_ answer: InfisicalAnswer, _ operation: InfisicalOperation) -> Finding? {
        if answer.status == 429 {
            let wait = answer.retryAfter.map { "; it asks to wait \($0.components.seconds) s" } ?? ""
            return Finding(
                .tooManyRequests, .limit, reason: "\(host) answers that too many requests were made (429)\(wait)",
                hint: "wait and try again; \(fewerRequests(operation))")
        }
        guard answer.status >= 500 else { return nil }
        let id = answer.requestID.isEmpty ? "" : ", request \(shown(answer.requestID))"
        return Finding(
            .serverFault, .network, reason: "\(host) has a fault of its own (\(answer.status)\(id))",
            hint: "try again later; look at the server")
    }

    /// How a run asks for less.
    private func fewerRequests(_ operation: InfisicalOperation) -> String {
        switch operation {
        case .login, .loginBy:
            "log in less often: one run that does more needs one login, and runs that start at the same minute can be spread"
        case .status: "spread runs that start at the same minute"
        default: "listing a folder is one request where many reads are many"
        }
    }

    /// HTML, another type, or no such route: the base URL is wrong.
    func noAPI(_ answer: InfisicalAnswer) -> Finding? {
        if answer.isHTML {
            return Finding(
                .webPage, .network,
                reason: "\(host) answers with a web page (\(answer.status) text/html), not with the API",
                hint:
                    "set INFISICAL_DOMAIN to the address whose /api is Infisical's (asked was \(base.text)); a web UI, a login "
                    + "portal or a proxy may be in its place")
        }
        if answer.isRouteMissing {
            return Finding(
                .noRoute, .network, reason: "\(host) has no such API (404 Route not found)",
                hint: "set INFISICAL_DOMAIN to the address whose /api is Infisical's (asked was \(base.text)), "
                    + "or update an old server")
        }
        guard (200..<300).contains(answer.status) else { return nil }
        return Finding(
            .notJSON, .network, reason: "\(host) answers with something other than JSON (\(answer.status))",
            hint: "set INFISICAL_DOMAIN to the address whose /api is Infisical's (asked was \(base.text))")
    }

    // MARK: - Not allowed

    func access(_ answer: InfisicalAnswer, _ operation: InfisicalOperation) -> Finding? {
        guard answer.status == 403 else { return invalid(answer) ?? badRequest(answer, operation) }
        switch answer.error {
        case "PermissionDenied": return permission(answer, operation)
        case "ProjectMembershipNotFound":
            return denied(
                .notInProject,
                operation, "the identity is not added to project \(operation.project ?? "") at \(host) (403)",
                "add the identity to the project, with a role that reads secrets")
        case "ForbiddenReadSecretError":
            return denied(
                .hiddenValue,
                operation, "the identity may see this secret, not its value (403)",
                "grant it readValue on secrets in \(operation.folder.map(place) ?? "the project")")
        case "PolicyViolationError":
            return denied(
                .policy,
                operation, "a change policy of the project forbids it (403)",
                "ask for the change where the policy is kept")
        default: return forbidden(answer, operation)
        }
    }

    private func denied(
        _ cause: InfisicalCause, _ operation: InfisicalOperation, _ reason: String, _ hint: String
    ) -> Finding {
        let message: String? =
            switch operation {
            case .read(let query): "secret \(query.name) may not be read"
            case .list(let folder): "the secrets of env \(folder.environment), path \(folder.path) may not be listed"
            case .folders(let folder): "the folders of env \(folder.environment), path \(folder.path) may not be listed"
            case .write(let write): "secret \(write.name) may not be \(write.verb)"
            case .lease(let query, let step): "the lease of \(query.name) may not be \(step.rawValue)"
            case .clientSecret(let what): "the client secret may not be \(what)"
            case .lookUp(let slug): "project \(slug) may not be looked up"
            case .identity: "the identity may not be asked for"
            case .projects: "the projects of the identity may not be listed"
            case .writeMany(let folder):
                "the secrets of env \(folder.environment), path \(folder.path) may not be written"
            default: nil
            }
        return Finding(cause, .denied, message, reason: reason, hint: hint)
    }

    private func permission(_ answer: InfisicalAnswer, _ operation: InfisicalOperation) -> Finding {
        let prefix = "You are not allowed to "
        let wish = answer.message.hasPrefix(prefix) ? shown(String(answer.message.dropFirst(prefix.count))) : "do this"
        let rules = answer.rules.prefix(3).map { rule in
            let conditions = rule.conditions.map { " where \(shown($0))" } ?? ""
            return "\(rule.isInverted ? "forbids " : "")\(shown(rule.action)) on \(shown(rule.subject))\(conditions)"
        }
        let known = rules.isEmpty ? "" : "; its rule: \(rules.joined(separator: "; "))"
        return denied(
            .notPermitted,
            operation, "the identity may not \(wish) at \(host) (403 PermissionDenied)\(known)",
            "grant it to the identity for \(operation.folder.map(place) ?? "the project"), or read what the rule covers"
        )
    }

    private func forbidden(_ answer: InfisicalAnswer, _ operation: InfisicalOperation) -> Finding? {
        let text = answer.message
        if text.hasPrefix("This project does not belong to your selected organization") {
            return denied(
                .otherOrganization,
                operation, "project \(operation.project ?? "") belongs to another organisation than the identity (403)",
                "use an identity of that organisation, or check the project's id")
        }
        if text.hasPrefix("You do not have permission to read secret '") {
            return denied(
                .hiddenReference,
                operation, "it refers to another secret that the identity may not read (403)",
                "grant the identity readValue on the secret that ${…} in the value names")
        }
        if text.hasPrefix("You do not have permission to view secret value on secret") {
            return denied(
                .hiddenValue,
                operation, "the identity may see this secret, not its value (403)",
                "grant it readValue on secrets in \(operation.folder.map(place) ?? "the project")")
        }
        if text.hasPrefix("Failed to expand one or more secret references") {
            return denied(
                .hiddenReference,
                operation, "a secret of the folder refers to one that the identity may not read (403)",
                "grant the identity readValue on what the ${…} references name")
        }
        if text.hasPrefix("You are not allowed to access this resource") {
            return denied(
                .wrongTokenKind,
                operation, "this kind of token is not taken for it (403)", "log in with a machine identity")
        }
        return nil
    }

    private func badRequest(_ answer: InfisicalAnswer, _ operation: InfisicalOperation) -> Finding? {
        guard answer.status == 400 else { return nil }
        if answer.message.hasPrefix("Secret already exist") {
            return Finding(
                .alreadyThere, .usage,
                reason: "a secret of that name is there already, in \(operation.folder.map(place) ?? host) (400)",
                hint: "update it instead")
        }
        if answer.message.hasPrefix("Missing ") || answer.message.hasPrefix("You must provide projectSlug") {
            return Finding(
                .missingParameter, .usage, reason: "\(host) misses the project or the environment (400)",
                hint: "give both: project and env")
        }
        return nil
    }

    /// A slug, where an older instance takes the id alone and has no route that tells it. Nothing is sent: its own answer
    /// would name a field of the request.
    func needsProjectID(_ slug: String, _ operation: InfisicalOperation) -> Failure {
        var failure = Failure(
            .usage, undone(operation),
            reason:
                "\(host) is an older server: to list folders and to delete it takes the project's id, and it does not "
                + "tell the id of \(slug)",
            hint: "give the project's id in the place of its slug (Project Settings shows it): INFISICAL_PROJECT_ID, "
                + "--project or project = \"…\"", status: 404)
        failure.cause = InfisicalCause.needsProjectID.rawValue
        return failure
    }

    // MARK: - Not there

    /// What of it is not there, where an answer says so; nil for every other refusal.
    func missingPart(_ answer: InfisicalAnswer, _ operation: InfisicalOperation) -> NearSearch.Missing? {
        guard answer.status == 404, !answer.isRouteMissing else { return nil }
        switch missing(answer, operation)?.cause {
        case .unknownSecret: return .secret
        case .unknownPlace: return .place
        case .unknownProject: return .project
        default: return nil
        }
    }

    func missing(_ answer: InfisicalAnswer, _ operation: InfisicalOperation) -> Finding? {
        guard answer.status == 404 else { return nil }
        let text = answer.message
        if answer.isSecretMissing { return missingSecret(operation) }
        if text.hasPrefix("Folder with path") || text.hasPrefix("Environment with slug") {
            return missingFolder(operation)
        }
        if text.hasPrefix("Project with ") || text.hasPrefix("No project found with slug") {
            return missingProject(operation)
        }
        if case .lookUp = operation { return missingProject(operation) }
        return nil
    }

    private func missingSecret(_ operation: InfisicalOperation) -> Finding? {
        guard let folder = operation.folder, let name = operation.secretName else { return nil }
        var place = "in env \(folder.environment), path \(folder.path)"
        if case .read(let query) = operation, let version = query.version {
            place += ", or no version \(version) of it"
        }
        return Finding(
            .unknownSecret, .notFound, "secret \(name.printable) was not found",
            reason: "project \(folder.project) at \(host) has no such name \(place)",
            hint: "list the names: \(listing(folder.project, folder.environment, folder.path))")
    }

    private func missingFolder(_ operation: InfisicalOperation) -> Finding? {
        guard let folder = operation.folder else { return nil }
        var message = operation.secretName.map { "secret \($0.printable) was not found" } ?? undone(operation)
        var hint = "check env (its slug, such as dev) and path"
        if case .write(let write) = operation, write.isPut {
            // It is the folder that is missed: the secret need not be there.
            message = "secret \(write.name.printable) could not be written: its folder was not found"
            hint += "; a new folder is made in Infisical"
        }
        return Finding(
            .unknownPlace, .notFound, message,
            reason:
                "project \(folder.project) at \(host) has no env \(folder.environment), or no path \(folder.path) in it (404)",
            hint: hint)
    }

    private func missingProject(_ operation: InfisicalOperation) -> Finding {
        let project = operation.project ?? ""
        return Finding(
            .unknownProject, .notFound, "project \(project) was not found",
            reason: "\(base.hostAndRegion) knows no such project, or not for this identity (404)",
            hint: "check its id or slug, and INFISICAL_DOMAIN")
    }
}
