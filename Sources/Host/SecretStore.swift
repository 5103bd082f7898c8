import Diagnostics
import HostProtocol
import Masking
import Providers
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
        /// How large it can be, from public facts.
        var size: SecretSize
        var origin: SecretOrigin
        /// Whether texts of the script may be in it.
        var isAssembled: Bool
        /// Who could choose it.
        var chooser: Masker.Origin
        /// What of it the script does not know, in order.
        var parts: [SecretPart]
        /// Whether the user has said that its value may be seen.
        var isPublic: Bool
        /// Whether the host has drawn it.
        var isDraw: Bool
        /// The text before the first secret of a template: public, and what can be judged of the whole.
        var beginning: [UInt8]

        /// Whether somebody may have chosen it who sees what comes out, in part or as a whole.
        var isScriptMade: Bool { isAssembled || chooser != .vault || isPublic }
        /// Whether there is nothing of the script's own in it.
        var isWhole: Bool { parts.count == 1 && parts[0].range == 0..<value.count }
    }

    /// A value that is not in the store yet: what the script may know of it, and how it is made.
    struct Draft {
        var name: String
        var source: SecretSource
        var size: SecretSize
        var origin: SecretOrigin
        var isAssembled = false
        /// Who could choose it: the script, where it came from a program, a file or a server that the script named.
        var chooser = Masker.Origin.vault
        /// Whether the user's configuration names it as public: then it is not masked.
        var isPublic = false
        var isDraw = false
        var beginning: [UInt8] = []
    }

    /// More live handles than this are an error.
    var maximumCount = 100_000
    /// The most weight that the values of a run may have together: some thousand credentials. Few large values, or
    /// many of many special characters, can use up secret memory before; that ends the run (`Failure.endsRun`).
    static let maximumWeight = 5 << 20

    private struct Place {
        var generation: UInt32
        var entry: Entry?
    }

    /// What the run has paid for, and the value itself while a handle lives.
    private struct Known {
        weak var value: SecretBytes?
        /// Tells whether another value is this one, under a key of this process.
        var mark: Int?
        var parts: [SecretPart] = []
        var weight: Int
    }

    private let masker: Masker
    private var places: [Place] = []
    private var free: [UInt32] = []
    private var known: [SecretOrigin: Known] = [:]
    private var weight = 0
    /// Whether a value that the script did not choose holds `${…}`, or the beginning of it at its end: what is written
    /// with it may refer to others.
    private(set) var holdsReferences = false
    /// Every name that a secret of this run has had.
    private(set) var names: Set<String> = []

    init(masker: Masker) { self.masker = masker }

    // MARK: - Adding

    /// Says that values of these sizes of the user's vault come next: what masks them gets its room in one step.
    func expect(_ sizes: [Int]) {
        if sizes.count > 1 { masker.expect(values: sizes.count, bytes: sizes.reduce(0, +)) }
    }

    /// Takes over `value`, makes it known to the masker, and gives its handle.
    ///
    /// - Throws: `.limit` past `maximumCount` or when secret memory is used up.
    func add(_ value: SecretBytes, _ draft: Draft) throws(Failure) -> ObjectReference {
        let chooser = draft.isAssembled ? .script : draft.chooser
        let whole = SecretPart(range: 0..<value.count, chooser: chooser, name: draft.name)
        return try add(value, draft, draft.isPublic ? [] : [whole])
    }

    private func add(
        _ value: SecretBytes, _ draft: Draft, _ parts: [SecretPart]
    ) throws(Failure) -> ObjectReference {
        var draft = draft
        let mark = Self.mark(value)
        if let same = known[draft.origin] {
            // One that is there already is masked already.
            if let held = same.value.flatMap({ $0.isEqual(to: value) ? $0 : nil }) {
                return try place(held, draft, same.parts)
            }
            // Deleted and written anew a secret has its first versions again: what is made of this is not what was made of that.
            if let before = same.mark, before != mark { draft.origin = .unique() }
        }
        try charge(draft.origin, draft.size)
        try mask(value, parts)
        if parts.contains(where: { $0.chooser == .vault && $0.range == 0..<value.count }) { noteReferences(in: value) }
        names.insert(draft.name)
        known[draft.origin]?.value = value
        known[draft.origin]?.mark = mark
        known[draft.origin]?.parts = parts
        return try place(value, draft, parts)
    }

    /// A value is known to the masker that may have no handle: where it holds a reference, or the beginning of one, what is
    /// written to the vault is read with all values in it.
    func noteReferences(in value: SecretBytes) {
        let holdsOne = value.withBytes { bytes in
            !SecretReference.places(in: bytes).isEmpty || SecretReference.isOpen(atEndOf: bytes)
        }
        holdsReferences = holdsReferences || holdsOne
    }

    private static func mark(_ value: SecretBytes) -> Int {
        var hasher = Hasher()
        unsafe value.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    /// Makes the parts known to the masker. One that is too short to be masked by itself is masked with what stands
    /// around it, as is one with bits of it in the characters beside.
    private func mask(_ value: SecretBytes, _ parts: [SecretPart]) throws(Failure) {
        for part in parts { try mask(value, part.range, part.name, part.chooser) }
        for stretch in parts.surroundings { try mask(value, stretch, parts.name, parts.latest) }
        // Nearly all of it is the script's own text.
        if parts.contains(where: { 1..<Masker.minimumCount ~= $0.range.count }) {
            try masker.add(value, name: parts.name, origin: .script)
        }
    }

    private func mask(
        _ value: SecretBytes, _ range: Range<Int>, _ name: String, _ origin: Masker.Origin
    ) throws(Failure) {
        if range == 0..<value.count { return try masker.add(value, name: name, origin: origin) }
        let own = try value.withBytes { (bytes) throws(Failure) in try SecretBytes(copying: bytes.extracting(range)) }
        try masker.add(own, name: name, origin: origin)
    }

    private func place(
        _ value: SecretBytes, _ draft: Draft, _ parts: [SecretPart]
    ) throws(Failure) -> ObjectReference {
        let entry = Entry(
            value: value, name: draft.name, source: draft.source, size: draft.size, origin: draft.origin,
            isAssembled: draft.isAssembled, chooser: draft.chooser, parts: parts, isPublic: draft.isPublic,
            isDraw: draft.isDraw, beginning: draft.beginning)
        let index = try takePlace()
        places[Int(index)].entry = entry
        return ObjectReference(
            kind: .secret, index: index, generation: places[Int(index)].generation, name: Array(draft.name.utf8))
    }

    /// Makes a value from others and adds it. Whether there is room is decided before anything is made, from the draft.
    ///
    /// - Parameter write: Writes it, and gives its parts that the script does not know; nil where it is all of it.
    func make(
        _ draft: Draft, _ write: (SecretBuffer) throws(Failure) -> [SecretPart]?
    ) throws(Failure) -> ObjectReference {
        guard draft.size.bound <= SecretSize.maximumBound else {
            throw Failure(
                .limit, "secret.\(draft.source.provider): the result could be too large",
                reason: "what it is made from may have up to \(draft.size.bound / 1024) KiB, whatever it has",
                hint: "make it from fewer secrets, or give captured ones a smaller maxOutput")
        }
        // The same made of the same is the same.
        if let same = known[draft.origin], let value = same.value { return try place(value, draft, same.parts) }
        try charge(draft.origin, draft.size)
        let buffer = try SecretBuffer(maximumCount: max(1, draft.size.bound))
        let parts = try write(buffer)
        let value = try buffer.take()
        if draft.isPublic { return try add(value, draft, []) }
        let whole = SecretPart(range: 0..<value.count, chooser: draft.chooser, name: draft.name)
        return try add(value, draft, parts ?? [whole])
    }

    /// Charges the run with a value's weight, once for each origin. Nothing is ever given back: the masker keeps its
    /// forms to the end of the run.
    private func charge(_ origin: SecretOrigin, _ size: SecretSize) throws(Failure) {
        let whole = max(size.weight, SecretSize.leastWeight)
        let more = max(0, whole - (known[origin]?.weight ?? 0))
        guard weight + more <= Self.maximumWeight else { throw Self.noRoom }
        weight += more
        known[origin, default: Known(weight: 0)].weight += more
    }

    /// By public facts alone: a script may catch it.
    private static var noRoom: Failure {
        Failure(
            .limit, "there is no secret memory left for another value",
            reason: "the secrets of one run may weigh \(maximumWeight >> 20) MiB together; each weighs 4 KiB at least",
            hint: "fetch and derive fewer secrets in one run; closing handles gives none of it back")
    }

    // MARK: - Asking

    /// The entry behind a handle.
    ///
    /// - Throws: `.usage` when it was closed, or never existed.
    func entry(_ reference: ObjectReference) throws(Failure) -> Entry {
        guard reference.kind == .secret, Int(reference.index) < places.count,
            places[Int(reference.index)].generation == reference.generation,
            let entry = places[Int(reference.index)].entry
        else {
            let name = reference.name.shownText()
            throw Failure(
                .usage, "the secret \(name) has been closed", reason: "a handle ends with close() or its <close> scope",
                hint: "fetch it again, or close it later")
        }
        return entry
    }

    /// Wipes the store's copy, once no other handle of the same origin shares it. Closing twice, or with a forged
    /// handle, does nothing.
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

extension SecretStore.Draft {
    /// What is loaded from outside and can be loaded again: the same only where it is the same value, or what is made
    /// from a file would not follow when the file changes.
    static func loaded(
        _ value: SecretBytes, name: String, source: SecretSource, atMost bound: Int, origin: SecretOrigin,
        chooser: Masker.Origin = .vault
    ) -> SecretStore.Draft {
        SecretStore.Draft(
            name: name, source: source, size: SecretSize(loaded: value, atMost: bound),
            origin: SecretOrigin("loaded", [origin, digest(value)]), chooser: chooser)
    }

    /// Keyed anew in each run, so that it says nothing to who does not have the key.
    private static func digest(_ value: SecretBytes) -> Int {
        var hasher = Hasher()
        unsafe value.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
