import Diagnostics
import SecretMemory

/// The values that a script may have chosen: texts it has put together, output and answers it has made a secret of, files.
///
/// They are looked for in what is left when all other values are masked. Were both looked for at once, a find of the one
/// would widen the mask of the other: a script that knows what stands before a value could put that and a guess of the
/// value's first byte together, and would see by the mask whether the guess was right. Here a guess that reaches into a
/// value, and is not the whole of it, finds nothing.
///
/// A value that holds another one, such as a URL with a token, is looked for as it is left then: with the mask in it.
final class ScriptMadeValues {
    let masker: Masker
    /// Larger values are not looked at again: of one that holds a value which becomes known later, only that is masked.
    private static let mostKept = 4096
    /// Shorter values have no encoded forms.
    private static let leastEncoded = 8
    private var values: [(value: SecretBytes, name: String)] = []
    /// The generation of the other values when these were last looked at.
    private var generation = -1

    init() throws(Failure) { masker = try Masker() }

    var secretBytes: Int { masker.secretBytes }

    func add(_ value: SecretBytes, name: String, beside others: Masker) throws(Failure) {
        guard !values.contains(where: { $0.value.isEqual(to: value) }) else { return }
        refresh(beside: others)
        if try addMasked(value, name, others) { try masker.add(value, name: name) }
        guard value.count <= Self.mostKept else { return }
        values.append((try value.withBytes { (bytes) throws(Failure) in try SecretBytes(copying: bytes) }, name))
    }

    /// Sees to it that these are found although values have become known since that they hold.
    func refresh(beside others: Masker) {
        guard generation != others.needles.generation else { return }
        generation = others.needles.generation
        // Without room for it the value's own part is masked all the same.
        for (value, name) in values { _ = try? addMasked(value, name, others) }
    }

    /// Adds what is left of `value` when the others are masked, where that is not the value itself, nor one mask.
    ///
    /// - Returns: Whether the value, in whatever form, can be met as it is: not where it holds one whose forms are masked.
    private func addMasked(_ value: SecretBytes, _ name: String, _ others: Masker) throws(Failure) -> Bool {
        var (count, clear, masks) = (0, 0, 0)
        mask(value, others) { piece, mask in
            count += piece.count
            if mask == nil { clear += piece.count } else { masks += 1 }
        }
        guard masks > 0 else { return true }
        guard clear > 0 || masks > 1 else { return false }
        let left = try SecretBytes(count: count)
        var place = 0
        mask(value, others) { piece, _ in
            left.withMutableBytes { room in
                for index in piece.indices { room[place + index] = piece[index] }
            }
            place += piece.count
        }
        try masker.addVerbatim(left, name: name)
        return value.count - clear < masks * Self.leastEncoded
    }

    private func mask(_ value: SecretBytes, _ others: Masker, _ sink: MaskingStream.Sink) {
        let stream = MaskingStream(masker: others, forTerminal: false)
        value.withBytes { stream.takeWhole($0, sink) }
    }
}
