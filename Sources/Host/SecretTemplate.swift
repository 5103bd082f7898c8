import Diagnostics
import HostProtocol
import SecretMemory

/// `secret.template("https://x:${pat}@h/", { pat = handle })`: a value put together in the host.
///
/// `${name}` stands for a field, `$${` for the characters `${`.
struct SecretTemplate {
    static let maximumBytes = 1 << 20
    /// The most text, and the most uses of fields, of one template: bounds that everybody can see, so that no error
    /// tells the length of a value.
    static let maximumTextBytes = 256 * 1024
    static let maximumFields = 256

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

    /// Puts the value together. `fields` holds secrets and texts; one that the text does not use is an error.
    ///
    /// - Returns: the value, and the names of the secrets in it.
    func filled(_ fields: [String: Value], in store: SecretStore) throws(Failure) -> (SecretBytes, [String]) {
        try checkSize(fields)
        let buffer = try SecretBuffer(maximumCount: Self.maximumBytes)
        var unused = Set(fields.keys)
        var names: [String] = []
        for part in parts {
            switch part {
            case .text(let bytes): try buffer.append(bytes.span)
            case .field(let name):
                unused.remove(name)
                try append(name, fields, store, buffer, &names)
            }
        }
        if let name = unused.min() {
            throw Failure(
                .usage, "secret.template: the text has no ${\(name.printable)}", hint: "remove the field, or use it")
        }
        return (try buffer.take(), names)
    }

    private func checkSize(_ fields: [String: Value]) throws(Failure) {
        var bytes = 0
        var uses = 0
        for part in parts {
            switch part {
            case .text(let text): bytes += text.count
            case .field(let name):
                uses += 1
                bytes += fields[name]?.asBytes?.count ?? 0
            }
        }
        guard bytes <= Self.maximumTextBytes, uses <= Self.maximumFields else {
            throw Failure(
                .limit, "secret.template: the template is too large",
                reason: "it may have \(Self.maximumTextBytes / 1024) KiB of text and \(Self.maximumFields) fields",
                hint: "hand the parts over one by one")
        }
    }

    private func append(
        _ name: String, _ fields: [String: Value], _ store: SecretStore, _ buffer: SecretBuffer, _ names: inout [String]
    ) throws(Failure) {
        switch fields[name] {
        case .object(let object) where object.kind == .secret:
            let entry = try store.entry(object)
            if !names.contains(entry.name) { names.append(entry.name) }
            try buffer.append(entry.value)
        case .bytes(let bytes): try buffer.append(bytes.span)
        case .integer(let number): try buffer.append(String(number))
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
