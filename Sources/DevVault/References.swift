/// Expands `${KEY}`, `${env.KEY}` and `${env.folder.KEY}` in values.
///
/// What is not found stays as it is written. Depth is at most 10 and a cycle stops where it closes.
struct ReferenceExpander {
    let project: Project
    let identity: Identity
    private let maximumDepth = 10

    init(project: Project, identity: Identity) {
        (self.project, self.identity) = (project, identity)
    }

    /// The value with its references replaced, as seen from the folder `place`.
    ///
    /// - Throws: 403 when a target exists and the identity may not read it.
    func expand(_ value: String, at place: Place) throws(APIError) -> String {
        try expand(value, at: place, visited: [], depth: 0)
    }

    private func expand(
        _ value: String, at place: Place, visited: Set<Target>, depth: Int
    ) throws(APIError) -> String {
        guard depth < maximumDepth else { return value }
        var result = ""
        var rest = value[...]
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            let body = rest[start.upperBound...]
            guard let end = body.firstIndex(of: "}"), Self.isReference(body[..<end]) else {
                result += "${"
                rest = body
                continue
            }
            result += try replacement(for: body[..<end], at: place, visited: visited, depth: depth)
            rest = body[body.index(after: end)...]
        }
        return result + rest
    }

    private func replacement(
        for reference: Substring, at place: Place, visited: Set<Target>, depth: Int
    ) throws(APIError) -> String {
        let literal = "${\(reference)}"
        let target = Self.target(of: reference, from: place)
        guard !visited.contains(target), let value = value(of: target) else { return literal }
        guard identity.may(.readValue, in: target.place, name: target.name) else {
            throw .referenceNotReadable(target.name, target.place)
        }
        return try expand(value, at: target.place, visited: visited.union([target]), depth: depth + 1)
    }

    private func value(of target: Target) -> String? {
        let folder = project.environments[target.place.environment]?.folders[target.place.path]
        return folder?.secrets.first { $0.name == target.name && $0.kind == .shared }?.current.value
    }

    private static func target(of reference: Substring, from place: Place) -> Target {
        let parts = reference.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let environment = parts.first, let name = parts.last, parts.count > 1 else {
            return Target(place: place, name: String(reference))
        }
        let path = FolderPath.normal(parts.dropFirst().dropLast().joined(separator: "/"))
        return Target(place: Place(environment: environment, path: path), name: name)
    }

    private static func isReference(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-_.@".utf8.contains(byte)
                }
            }
    }

    private struct Target: Hashable {
        var place: Place
        var name: String
    }
}
