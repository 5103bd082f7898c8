import Diagnostics
import Masking
import Providers
import SecretMemory

/// A part of a value that the script does not know: what is masked of it.
///
/// What is loaded is one such part. What a script puts together has the parts of the secrets in it; the rest is the
/// script's own text, and stays to be seen. Were the whole a form to be masked, a script could choose its beginning or
/// end, and would learn by the masks what stands beside it in what a program prints.
struct SecretPart {
    var range: Range<Int>
    /// Who could choose it.
    var chooser: Masker.Origin
    /// The name of the secret that it is of: its mask's, whatever is made of it. Another name for what happens to be no
    /// form of that secret would tell which characters it has.
    var name: String
    /// The stretch around it, of the script's own text, whose characters may hold bits of it: masked as a whole, too.
    var surroundings: Range<Int>?
}

extension SecretPart {
    /// The same at another place.
    func moved(to range: Range<Int>, around stretch: Range<Int>?, by offset: Int) -> SecretPart {
        func shifted(_ range: Range<Int>) -> Range<Int> { range.lowerBound + offset..<range.upperBound + offset }
        return SecretPart(range: shifted(range), chooser: chooser, name: name, surroundings: stretch.map(shifted))
    }
}

extension [SecretPart] {
    /// Who could choose a text with these in it.
    var latest: Masker.Origin { reduce(.derived) { Swift.max($0, $1.chooser) } }

    /// The names of the secrets that they are of.
    var name: String { SecretName.joined(map(\.name)) }

    /// The stretches around them, each once.
    var surroundings: [Range<Int>] {
        reduce(into: []) { stretches, part in
            if let stretch = part.surroundings, !stretches.contains(stretch) { stretches.append(stretch) }
        }
    }
}

/// How the parts of a secret come through what is made of it.
enum SecretParts {
    /// Writes a secret piece by piece as `encode` does, byte for byte of itself, and says where its parts are then.
    static func encode(
        _ entry: SecretStore.Entry, to buffer: SecretBuffer,
        _ encode: (Span<UInt8>, SecretBuffer) throws(Failure) -> Void
    ) throws(Failure) -> [SecretPart] {
        try entry.value.withBytes { (bytes) throws(Failure) in
            var bounds: Set = [0, bytes.count]
            for range in entry.parts.map(\.range) + entry.parts.surroundings {
                bounds.formUnion([range.lowerBound, range.upperBound])
            }
            var places: [Int: Int] = [:]
            var start = 0
            for bound in bounds.sorted() {
                try encode(bytes.extracting(start..<bound), buffer)
                places[bound] = buffer.count
                start = bound
            }
            func moved(_ range: Range<Int>) -> Range<Int> {
                (places[range.lowerBound] ?? 0)..<(places[range.upperBound] ?? 0)
            }
            return entry.parts.map { part in
                var part = part
                (part.range, part.surroundings) = (moved(part.range), part.surroundings.map(moved))
                return part
            }
        }
    }

    /// Where the parts of a secret are in its base64: the characters whose six bits are all theirs, and at the end of the
    /// value all that come. One without such characters has those that hold bits of it.
    ///
    /// Whether the characters beside hold bits of it depends on lengths: what is around counts, whatever they are.
    /// Those, and characters that hold bits of both, are what the script's text makes of them.
    static func inBase64(of entry: SecretStore.Entry, count: Int) -> [SecretPart] {
        joined(entry.parts).map { part in
            let isLast = part.range.upperBound == entry.value.count
            let start = (part.range.lowerBound * 4 + 2) / 3
            let end = isLast ? count : part.range.upperBound * 4 / 3
            let outer = part.range.lowerBound * 4 / 3..<(isLast ? count : (part.range.upperBound * 4 + 2) / 3)
            let isOwn = entry.isWhole || start < end
            return SecretPart(
                range: start < end ? start..<end : outer,
                chooser: isOwn ? part.chooser : max(part.chooser, .derived), name: part.name,
                surroundings: entry.isWhole ? nil : 0..<count)
        }
    }

    /// Parts without a byte between them as one.
    private static func joined(_ parts: [SecretPart]) -> [SecretPart] {
        var joined: [SecretPart] = []
        for part in parts {
            if let last = joined.last, last.range.upperBound == part.range.lowerBound, last.chooser == part.chooser {
                joined[joined.count - 1].range = last.range.lowerBound..<part.range.upperBound
                joined[joined.count - 1].name = [last, part].name
            } else {
                joined.append(part)
            }
        }
        return joined
    }

    /// Where the parts of a secret are in a stretch of it.
    static func cut(_ parts: [SecretPart], to stretch: Range<Int>) -> [SecretPart] {
        parts.compactMap { part in
            let range = part.range.clamped(to: stretch)
            guard !range.isEmpty else { return nil }
            return part.moved(to: range, around: part.surroundings?.clamped(to: stretch), by: -stretch.lowerBound)
        }
    }

    /// Writes a secret as a JSON string; nil, with nothing written, where it is no UTF-8.
    static func appendJSON(_ entry: SecretStore.Entry, to buffer: SecretBuffer) throws(Failure) -> [SecretPart]? {
        let before = buffer.count
        guard try JSONString.append(entry.value, to: buffer) else { return nil }
        let inside = before + 1..<buffer.count - 1
        if entry.isWhole {
            return entry.parts.map { SecretPart(range: inside, chooser: $0.chooser, name: $0.name) }
        }
        guard let parts = try partsInJSON(of: entry) else {
            // A part ends within a character: the whole is one then.
            return [SecretPart(range: inside, chooser: entry.parts.latest, name: entry.parts.name)]
        }
        return parts.map { $0.moved(to: $0.range, around: $0.surroundings, by: inside.lowerBound) }
    }

    private static func partsInJSON(of entry: SecretStore.Entry) throws(Failure) -> [SecretPart]? {
        let room = try SecretBuffer(maximumCount: max(1, entry.value.count * 6 + 2))
        var isText = true
        let parts = try encode(entry, to: room) { (bytes, room) throws(Failure) in
            guard bytes.count > 0, isText else { return }
            let quoted = try SecretBuffer(maximumCount: bytes.count * 6 + 2)
            guard try JSONString.append(try SecretBytes(copying: bytes), to: quoted) else { return isText = false }
            try quoted.withBytes { (text) throws(Failure) in try room.append(text.extracting(1..<text.count - 1)) }
        }
        return isText ? parts : nil
    }
}
