/// What can be done with a secret, under the server's names.
enum SecretAction: String, Codable, Sendable, CaseIterable {
    case describe = "describeSecret"
    case readValue
    case create
    case edit
    case delete

    /// The name in a seed.
    var seedName: String { self == .describe ? "describe" : rawValue }
}

/// A grant: actions on the secrets that three patterns pick out.
///
/// `*` is within one path segment, `**` across segments.
struct AccessRule: Codable, Equatable, Sendable {
    var environment = "*"
    var path = "/**"
    var secretName = "*"
    var actions = SecretAction.allCases

    /// Whether the rule grants `action` in this folder; with a name, on that secret.
    func allows(_ action: SecretAction, _ place: Place, name: String?) -> Bool {
        actions.contains(action) && Glob.matches(environment, place.environment)
            && Glob.matchesPath(path, place.path) && (name.map { Glob.matches(secretName, $0) } ?? true)
    }

    /// The rule in the shape of the server's `details`.
    func json(for action: SecretAction) -> JSON {
        var conditions: [String: JSON] = ["environment": .string(environment), "secretPath": ["$glob": .string(path)]]
        if secretName != "*" { conditions["secretName"] = ["$glob": .string(secretName)] }
        return [
            "action": .string(action.rawValue), "inverted": false, "subject": "secrets",
            "conditions": .object(conditions),
        ]
    }
}

/// A folder by name: environment slug and path.
struct Place: Hashable, Sendable {
    var environment: String
    var path: String
}

extension Identity {
    /// Whether the identity may do `action` here; without a name, on any secret here.
    func may(_ action: SecretAction, in place: Place, name: String? = nil) -> Bool {
        guard let access else { return true }
        return access.contains { $0.allows(action, place, name: name) }
    }

    /// Throws the server's `PermissionDenied` when `may` says no.
    func require(_ action: SecretAction, in place: Place, name: String? = nil) throws(APIError) {
        guard !may(action, in: place, name: name) else { return }
        let rules = (access ?? []).filter { $0.actions.contains(action) }
        throw .permissionDenied(action, rules: rules.map { $0.json(for: action) })
    }
}

/// Patterns with `*`, `?` and, for paths, `**`.
enum Glob {
    /// Matches a whole string; `*` is any run of characters, `?` is one.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        match(Array(pattern)[...], Array(text)[...], wildcard: "*", any: "?")
    }

    /// Matches a path segment by segment; `**` is any number of segments, none included.
    static func matchesPath(_ pattern: String, _ path: String) -> Bool {
        match(segments(of: pattern), segments(of: path))
    }

    private static func segments(of path: String) -> ArraySlice<String> {
        path.split(separator: "/").map(String.init)[...]
    }

    private static func match(_ pattern: ArraySlice<String>, _ path: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        let rest = pattern.dropFirst()
        if first == "**" {
            return match(rest, path) || (!path.isEmpty && match(pattern, path.dropFirst()))
        }
        guard let segment = path.first, matches(first, segment) else { return false }
        return match(rest, path.dropFirst())
    }

    private static func match(
        _ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>, wildcard: Character, any: Character
    ) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        if first == wildcard {
            return match(rest, text, wildcard: wildcard, any: any)
                || (!text.isEmpty && match(pattern, text.dropFirst(), wildcard: wildcard, any: any))
        }
        guard let character = text.first, first == any || first == character else { return false }
        return match(rest, text.dropFirst(), wildcard: wildcard, any: any)
    }
}
