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
        try OuterBlanks.refuse(text, "\(function): name")
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
        for part in parts { try OuterBlanks.refuse(part, "\(function): name") }
        name = last
        project = parts[0]
        environment = parts[1]
        path = "/" + parts[2..<(parts.count - 1)].joined(separator: "/")
    }
}

/// White space around a name: the server drops it, and would mean another secret than the one that was judged.
enum OuterBlanks {
    /// As JavaScript's `trim` has them.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x20, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF: true
        default: false
        }
    }

    /// - Throws: `.usage` where there is some.
    static func refuse(_ text: String, _ place: String) throws(Failure) {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
            isBlank(first) || isBlank(last)
        else { return }
        throw Failure(
            .usage, "\(place): \"\(text.printable)\" has white space around it",
            reason: "the server drops it, and would mean another one", hint: "leave it out")
    }
}
