import Diagnostics
import HostProtocol
import Masking
import SecretMemory

/// Where a secret came from; all of it public.
struct SecretSource {
    var provider: String
    var project: String?
    var environment: String?
    var path: String?
    var version: Int?
}

/// The values behind the handles. A handle is an index and the generation of that place: a stale or a forged one is
/// an error, because the place has another generation or none.
final class SecretStore {
    struct Entry {
        var value: SecretBytes
        var name: String
        var source: SecretSource
    }

    /// More live handles than this are an error.
    var maximumCount = 100_000

    private struct Place {
        var generation: UInt32
        var entry: Entry?
    }

    private let masker: Masker
    private var places: [Place] = []
    private var free: [UInt32] = []

    init(masker: Masker) { self.masker = masker }

    /// Takes over `value`, makes it known to the masker, and gives its handle.
    ///
    /// - Throws: `.limit` past `maximumCount` or when secret memory is used up.
    func add(_ value: SecretBytes, name: String, source: SecretSource) throws(Failure) -> ObjectReference {
        try masker.add(value, name: name)
        let entry = Entry(value: value, name: name, source: source)
        let index = try takePlace()
        places[Int(index)].entry = entry
        return ObjectReference(
            kind: .secret, index: index, generation: places[Int(index)].generation, name: Array(name.utf8))
    }

    /// The entry behind a handle.
    ///
    /// - Throws: `.usage` when it was closed, or never existed.
    func entry(_ reference: ObjectReference) throws(Failure) -> Entry {
        guard reference.kind == .secret, Int(reference.index) < places.count,
            places[Int(reference.index)].generation == reference.generation,
            let entry = places[Int(reference.index)].entry
        else {
            let name = String(decoding: reference.name.prefix(200), as: UTF8.self)
            throw Failure(
                .usage, "the secret \(name) has been closed", reason: "a handle ends with close() or its <close> scope",
                hint: "fetch it again, or close it later")
        }
        return entry
    }

    /// Wipes the store's copy. Closing twice, or with a forged handle, does nothing.
    func close(_ reference: ObjectReference) {
        let index = Int(reference.index)
        guard reference.kind == .secret, index < places.count, places[index].generation == reference.generation,
            places[index].entry != nil
        else { return }
        places[index].entry = nil
        // A place whose generations are used up is never given out again.
        guard places[index].generation < .max else { return }
        places[index].generation += 1
        free.append(reference.index)
    }

    private func takePlace() throws(Failure) -> UInt32 {
        if let index = free.popLast() { return index }
        guard places.count < maximumCount else {
            throw Failure(
                .limit, "there are more than \(maximumCount) secrets open", reason: "that is the limit of this run",
                hint:
                    "close the handles that are no longer needed: handle:close(), or allow more with --limit handles=NUMBER"
            )
        }
        places.append(Place(generation: 1, entry: nil))
        return UInt32(places.count - 1)
    }
}
