/// Reads the named fields of a body or a query and collects what is wrong with them, as the server's validator does:
/// unknown names are dropped, every problem is reported at once.
struct Fields {
    private let values: [String: JSON]
    private(set) var issues: [JSON] = []

    /// The fields of a JSON body.
    ///
    /// A body that is no object is itself the one issue.
    init(body: JSON?) throws(APIError) {
        guard let members = body?.object else {
            throw .validation([Self.typeIssue([JSON](), expected: "object", received: body)])
        }
        values = members
    }

    /// The fields of a query string.
    init(query: [String: JSON]) { values = query }

    /// Throws 422 when any field was wrong.
    ///
    /// Called once, after the last field was read.
    func check() throws(APIError) {
        guard issues.isEmpty else { throw .validation(issues) }
    }

    /// A string that must be there; the empty string when it is not, with an issue.
    mutating func required(_ name: String) -> String {
        guard let value = values[name], let text = value.string else {
            issues.append(Self.typeIssue([name], expected: "string", received: values[name]))
            return ""
        }
        return text
    }

    /// A string that may be left out.
    mutating func optional(_ name: String, length: ClosedRange<Int>? = nil) -> String? {
        guard let value = values[name] else { return nil }
        guard let text = value.string else {
            issues.append(Self.typeIssue([name], expected: "string", received: value))
            return nil
        }
        if let length { checkLength(of: text, name, length) }
        return text
    }

    /// A string that may be left out or null.
    mutating func nullable(_ name: String, length: ClosedRange<Int>? = nil) -> String? {
        values[name] == .null ? nil : optional(name, length: length)
    }

    /// A truth value of a query: only the words `true` and `false` are one.
    mutating func queryFlag(_ name: String, default fallback: Bool) -> Bool {
        oneOf(name, ["true", "false"]).map { $0 == "true" } ?? fallback
    }

    /// A truth value of a body.
    mutating func flag(_ name: String) -> Bool? {
        guard let value = values[name], value != .null else { return nil }
        if value.bool == nil { issues.append(Self.typeIssue([name], expected: "boolean", received: value)) }
        return value.bool
    }

    /// A whole number, in a query written as text.
    mutating func number(_ name: String) -> Int? {
        guard let value = values[name], value != .null else { return nil }
        guard let number = value.int ?? value.string.flatMap({ Int($0) }) else {
            issues.append([
                "code": "invalid_type", "expected": "number", "received": "nan", "path": [.string(name)],
                "message": "Expected number, received nan",
            ])
            return nil
        }
        return number
    }

    /// The kind of a secret; shared when left out.
    mutating func kind() -> SecretKind {
        oneOf("type", SecretKind.allCases.map(\.rawValue)).flatMap(SecretKind.init) ?? .shared
    }

    /// A list, each element turned into a value; an element that cannot be is an issue.
    mutating func list<T>(_ name: String, expected: String, _ element: (JSON) -> T?) -> [T]? {
        guard let value = values[name], value != .null else { return nil }
        guard let elements = value.array else {
            issues.append(Self.typeIssue([name], expected: "array", received: value))
            return nil
        }
        return elements.enumerated().compactMap { index, item in
            let result = element(item)
            if result == nil {
                issues.append(Self.typeIssue([.string(name), .int(index)], expected: expected, received: item))
            }
            return result
        }
    }

    /// Adds a problem that the caller found in a field.
    mutating func refuse(_ name: String, _ message: String) {
        issues.append(["code": "custom", "path": [.string(name)], "message": .string(message)])
    }

    // MARK: - Issues

    private mutating func oneOf(_ name: String, _ options: [String]) -> String? {
        guard let value = values[name] else { return nil }
        if let text = value.string, options.contains(text) { return text }
        let quoted = options.map { "'\($0)'" }.joined(separator: " | ")
        guard let text = value.string else {
            var issue = Self.typeIssue([.string(name)], expected: quoted, received: value).object ?? [:]
            issue["message"] = .string("Expected \(quoted), received \(value.kindName)")
            issues.append(.object(issue))
            return nil
        }
        issues.append([
            "received": .string(text), "code": "invalid_enum_value", "options": .array(options.map { .string($0) }),
            "path": [.string(name)], "message": .string("Invalid enum value. Expected \(quoted), received '\(text)'"),
        ])
        return nil
    }

    private mutating func checkLength(of text: String, _ name: String, _ length: ClosedRange<Int>) {
        let isShort = text.count < length.lowerBound
        guard isShort || text.count > length.upperBound else { return }
        let (code, bound, limit, word) =
            isShort
            ? ("too_small", "minimum", length.lowerBound, "least") : ("too_big", "maximum", length.upperBound, "most")
        issues.append([
            "code": .string(code), bound: .int(limit), "type": "string", "inclusive": true, "exact": false,
            "path": [.string(name)], "message": .string("String must contain at \(word) \(limit) character(s)"),
        ])
    }

    private static func typeIssue(_ path: [JSON], expected: String, received: JSON?) -> JSON {
        let kind = received?.kindName ?? "undefined"
        return [
            "code": "invalid_type", "expected": .string(expected), "received": .string(kind), "path": .array(path),
            "message": .string(received == nil ? "Required" : "Expected \(expected), received \(kind)"),
        ]
    }

    private static func typeIssue(_ path: [String], expected: String, received: JSON?) -> JSON {
        typeIssue(path.map { JSON.string($0) }, expected: expected, received: received)
    }
}
