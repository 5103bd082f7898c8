import Diagnostics
import HostProtocol
import SecretMemory

/// `secret.template("https://x:${pat}@h/", { pat = handle })`: a value put together in the host.
///
/// `${name}` stands for a field, `$${` for the characters `${`.
struct SecretTemplate {
    private enum Part {
        case text([UInt8])
        case field(String)
    }

    private var parts: [Part] = []

    init(_ text: [UInt8]) throws(Failure) {
        var plain: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == 36, rest.starts(with: [36, 123]) {
                rest.removeFirst(2)
                plain += [36, 123]
            } else if byte == 36, rest.first == 123 {
                rest.removeFirst()
                if !plain.isEmpty { parts.append(.text(plain)) }
                plain = []
                parts.append(.field(try Self.name(&rest)))
                guard parts.count <= 2 * SecretPieces.maximumSecrets else { throw Self.tooLarge }
            } else {
                plain.append(byte)
            }
        }
        if !plain.isEmpty { parts.append(.text(plain)) }
    }

    private static func name(_ rest: inout ArraySlice<UInt8>) throws(Failure) -> String {
        guard let end = rest.firstIndex(of: 125) else {
            throw Failure(
                .usage, "secret.template: text: a \"${\" is not closed",
                hint: "write ${name}, or $${ for the characters ${")
        }
        let name = String(decoding: rest[..<end], as: UTF8.self)
        rest = rest[(end + 1)...]
        guard !name.isEmpty else { throw Failure(.usage, "secret.template: text: \"${}\" names no field") }
        return name
    }

    /// What the template is made of. `fields` holds secrets and texts; one that the text does not use is an error.
    func pieces(_ fields: [String: Value], in store: SecretStore) throws(Failure) -> SecretPieces {
        var pieces = SecretPieces()
        var unused = Set(fields.keys)
        for part in parts {
            switch part {
            case .text(let bytes): pieces.add(bytes)
            case .field(let name):
                unused.remove(name)
                try add(name, fields, store, &pieces)
            }
        }
        if let name = unused.min() {
            throw Failure(
                .usage, "secret.template: the text has no ${\(name.printable)}", hint: "remove the field, or use it")
        }
        guard !pieces.isTooLarge else { throw Self.tooLarge }
        return pieces
    }

    private static var tooLarge: Failure {
        Failure(
            .limit, "secret.template: the template is too large",
            reason:
                "it may have \(SecretPieces.maximumTextBytes / 1024) KiB of text and \(SecretPieces.maximumSecrets) fields",
            hint: "hand the parts over one by one")
    }

    private func add(
        _ name: String, _ fields: [String: Value], _ store: SecretStore, _ pieces: inout SecretPieces
    ) throws(Failure) {
        switch fields[name] {
        case .object(let object) where object.kind == .secret: pieces.add(try store.entry(object))
        case .bytes(let bytes): pieces.add(bytes)
        case .integer(let number): pieces.add(Array(String(number).utf8))
        case nil:
            throw Failure(
                .usage, "secret.template: there is no field for ${\(name.printable)}",
                hint: NearNames.best(for: name, among: fields.keys).map { "did you mean ${\($0.printable)}?" }
                    ?? "give it in the second argument: { \(name.printable) = … }")
        case .some(let other):
            throw Failure(
                .usage, "secret.template: fields.\(name.printable): expected a secret or a text, got \(other.described)"
            )
        }
    }
}
