import Diagnostics
import FuzzSupport
import HostProtocol
import Masking
import SecretMemory

@testable import Host

/// The template language equals a naive one, and tells nothing of the values in it.
///
/// What comes out is what the naive one makes, it is masked as soon as it has a handle, and whether it fails, and with
/// which words, is the same whatever the values.
///
/// Input: choices: values, then fields, then the pieces of the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTemplate(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count <= 4096 else { return 0 }
    var choices = Choices(unsafe Array(UnsafeBufferPointer(start: start, count: count))[...])
    let values = (0..<choices.below(4)).map { _ in choices.bytes(atMost: 40) }
    // Other values, of other lengths: what a script is told may not differ.
    let others = values.map { $0.reversed() + [0x7A, 0x7A, 0x7A] }
    let (vault, other) = (Vault(values), Vault(others))
    let fields = TemplateGrammar.fields(&choices, vault.handles)
    let text = TemplateGrammar.text(&choices)

    let outcome = vault.fill(text, fields)
    check(outcome, text, fields, vault)
    require(outcome.told == other.fill(text, fields).told, "what a script is told depends on the value")
    return 0
}

private func check(_ outcome: Vault.Outcome, _ text: [UInt8], _ fields: [String: Value], _ vault: Vault) {
    let want = NaiveTemplate(text).filled(fields) { vault.reveal($0) }
    switch outcome {
    case .failed: require(want == nil, "a template is refused")
    case .filled(let value, _):
        require(value == want, "a template differs from the naive one")
        guard value.count >= Masker.minimumCount else { return }
        let masked = vault.masker.mask(value)
        require(masked != value, "a value that was put together is not masked")
    }
}

/// A store with values, and handles for them: one that is valid for each, one that has been closed.
private struct Vault {
    enum Outcome {
        case filled([UInt8], names: [String])
        case failed(Failure)

        /// What a script can see of it.
        var told: String {
            switch self {
            case .filled(_, let names): "filled: \(names)"
            case .failed(let failure): "\(failure.kind): \(failure.text)"
            }
        }
    }

    let masker: Masker
    let store: SecretStore
    let handles: [ObjectReference]
    private let values: [[UInt8]]

    init(_ values: [[UInt8]]) {
        guard let masker = try? Masker() else { fail("no secret memory is left") }
        self.masker = masker
        self.values = values
        store = SecretStore(masker: masker)
        handles = values.indices.map { [store] in Self.add(values[$0], "S\($0)", store) }
        store.close(Self.add(Array("closed".utf8), "CLOSED", store))
    }

    private static func add(_ value: [UInt8], _ name: String, _ store: SecretStore) -> ObjectReference {
        guard let secret = try? SecretBytes(copying: value.span),
            let handle = try? store.add(
                secret,
                .loaded(
                    secret, name: name, source: SecretSource(provider: "fuzz"), atMost: SecretSize.maximumLoadedBytes,
                    origin: .unique()))
        else { fail("a value cannot be stored") }
        return handle
    }

    /// The value behind a handle that this vault gave out.
    func reveal(_ handle: ObjectReference) -> [UInt8]? {
        handles.firstIndex { $0.index == handle.index && $0.generation == handle.generation }.map { values[$0] }
    }

    /// What the host does when a script asks for a template.
    func fill(_ text: [UInt8], _ fields: [String: Value]) -> Outcome {
        do throws(Failure) {
            let pieces = try SecretTemplate(text).pieces(fields, in: store)
            let draft = SecretStore.Draft(
                name: "template", source: SecretSource(provider: "template"), size: pieces.size { $0 },
                origin: pieces.origin("template"))
            let made = try store.make(draft) { (buffer) throws(Failure) in
                for piece in pieces.all {
                    switch piece {
                    case .text(let bytes): try buffer.append(bytes.span)
                    case .secret(let entry): try buffer.append(entry.value)
                    }
                }
            }
            let value = try store.entry(made).value
            let bytes = value.withBytes { span in span.indices.map { span[$0] } }
            return .filled(bytes, names: pieces.names)
        } catch {
            return .failed(error)
        }
    }
}
