/// The two generations of the secrets API.
enum APIVersion: Sendable {
    case v3, v4
}

/// What a path and a method ask for.
enum Route: Equatable, Sendable {
    case status, login, renew, revoke, identityDetails
    case projects
    /// `key` names the member of the answer: `project`, or `workspace` on the older path.
    case project(id: String, key: String)
    case projectBySlug(String)
    case folders(APIVersion)
    case listSecrets(APIVersion)
    case readSecret(APIVersion, name: String)
    case readSecretByID(String)
    case writeSecret(APIVersion, SecretAction, name: String)
    case writeSecrets(APIVersion, SecretAction)
    case lease(LeaseAction)
    /// A login by one of the other methods.
    case platformLogin(String)
    case clientSecrets(ClientSecretAction, identityID: String)

    /// Whether it reads or writes secrets.
    var isOfSecrets: Bool {
        switch self {
        case .listSecrets, .readSecret, .readSecretByID, .writeSecret, .writeSecrets: true
        default: false
        }
    }

    /// Whether it finds projects.
    var isOfProjects: Bool {
        switch self {
        case .projects, .project, .projectBySlug: true
        default: false
        }
    }

    /// The route of a method and the decoded segments after `/api`; nil when there is none.
    init?(_ method: String, _ path: [String], hasV4: Bool) {
        // HEAD is GET without a body; the adapter drops it.
        switch (method == "HEAD" ? "GET" : method, path.first) {
        case ("GET", "v4"), ("POST", "v4"), ("PATCH", "v4"), ("DELETE", "v4"):
            guard hasV4, let route = Self.v4(method, Array(path.dropFirst())) else { return nil }
            self = route
        case (_, "v3"):
            guard let route = Self.v3(method, Array(path.dropFirst())) else { return nil }
            self = route
        case (let method, "v1") where LeaseAction(method, path) != nil:
            guard let action = LeaseAction(method, path) else { return nil }
            self = .lease(action)
        case (let method, "v1") where ClientSecretAction(method, path) != nil:
            guard let action = ClientSecretAction(method, path) else { return nil }
            self = .clientSecrets(action, identityID: path[4])
        case ("GET", _):
            guard let route = Self.get(path) else { return nil }
            self = route
        case ("POST", _):
            guard let route = Self.post(path) else { return nil }
            self = route
        default: return nil
        }
    }

    private static func get(_ path: [String]) -> Route? {
        switch path {
        case ["status"]: .status
        case ["v1", "identities", "details"]: .identityDetails
        case ["v1", "projects"], ["v1", "workspace"]: .projects
        case ["v1", "folders"]: .folders(.v3)
        case ["v2", "folders"]: .folders(.v4)
        case _ where path.count == 4 && path.starts(with: ["v1", "projects", "slug"]): .projectBySlug(path[3])
        case _ where path.count == 3 && path.starts(with: ["v1", "projects"]): .project(id: path[2], key: "project")
        case _ where path.count == 3 && path.starts(with: ["v1", "workspace"]): .project(id: path[2], key: "workspace")
        default: nil
        }
    }

    private static func post(_ path: [String]) -> Route? {
        switch path {
        case ["v1", "auth", "universal-auth", "login"]: .login
        case _ where path.count == 4 && path[1] == "auth" && path[3] == "login" && PlatformAuth.isKnown(path[2]):
            .platformLogin(String(path[2].dropLast("-auth".count)))
        case ["v1", "auth", "token", "renew"]: .renew
        case ["v1", "auth", "token", "revoke"]: .revoke
        default: nil
        }
    }

    private static func v3(_ method: String, _ path: [String]) -> Route? {
        if path == ["secrets", "batch", "raw"], let action = action(of: method) { return .writeSecrets(.v3, action) }
        guard path.starts(with: ["secrets", "raw"]) else { return nil }
        return secrets(.v3, method, Array(path.dropFirst(2)))
    }

    private static func v4(_ method: String, _ path: [String]) -> Route? {
        guard path.first == "secrets" else { return nil }
        if path == ["secrets", "batch"], let action = action(of: method) { return .writeSecrets(.v4, action) }
        if path.count == 3, path[1] == "id", method != "POST" {
            return method == "GET" || method == "HEAD" ? .readSecretByID(path[2]) : nil
        }
        return secrets(.v4, method, Array(path.dropFirst()))
    }

    private static func action(of method: String) -> SecretAction? {
        ["POST": .create, "PATCH": .edit, "DELETE": .delete][method]
    }

    private static func secrets(_ version: APIVersion, _ method: String, _ rest: [String]) -> Route? {
        switch (method, rest.count) {
        case ("GET", 0), ("HEAD", 0): .listSecrets(version)
        case ("GET", 1), ("HEAD", 1): .readSecret(version, name: rest[0])
        case ("POST", 1): .writeSecret(version, .create, name: rest[0])
        case ("PATCH", 1): .writeSecret(version, .edit, name: rest[0])
        case ("DELETE", 1): .writeSecret(version, .delete, name: rest[0])
        default: nil
        }
    }
}
