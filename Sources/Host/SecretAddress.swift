import Diagnostics

/// A secret's name as scripts give it: plain, or `infisical://project/env/path/NAME`.
struct SecretAddress: Equatable {
    private static let scheme = "infisical://"

    var name: String
    var project: String?
    var environment: String?
    var path: String?

    init(_ text: String, _ function: String = "getSecret") throws(Failure) {
        guard !text.isEmpty else { throw Failure(.usage, "\(function): name: it is empty") }
        guard text.utf8.count <= 1024 else { throw Failure(.usage, "\(function): name: it is longer than 1024 bytes") }
        guard text.hasPrefix(Self.scheme) else {
            guard !text.contains("/") else {
                throw Failure(
                    .usage, "\(function): name: \"\(text.printable)\" is no name of a secret",
                    hint:
                        "name the folder apart: \(function)(NAME, { path = \"/web\" }), or write infisical://project/env/path/NAME"
                )
            }
            name = text
            return
        }
        let parts = text.dropFirst(Self.scheme.count).split(separator: "/", omittingEmptySubsequences: false).map(
            String.init)
        guard parts.count >= 3, parts.allSatisfy({ !$0.isEmpty }), let last = parts.last else {
            throw Failure(
                .usage, "\(function): name: \"\(text.printable)\" is no address of a secret",
                hint: "write infisical://project/env/path/NAME")
        }
        name = last
        project = parts[0]
        environment = parts[1]
        path = "/" + parts[2..<(parts.count - 1)].joined(separator: "/")
    }
}
