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
    /// Whether the characters at its edges hold bits of it that are not in the range.
    var isCut = false
}

extension [SecretPart] {
    /// Who could choose a text with these in it.
    var latest: Masker.Origin { reduce(.derived) { Swift.max($0, $1.chooser) } }
}

/// How the parts of a secret come through what is made of it.
enum SecretParts {
    /// Writes a secret byte by byte as `encode` does, and says where its parts are then.
    static func encode(
        _ entry: SecretStore.Entry, to buffer: SecretBuffer,
        _ encode: (Span<UInt8>, SecretBuffer) throws(Failure) -> Void
    ) throws(Failure) -> [SecretPart] {
        try entry.value.withBytes { (bytes) throws(Failure) in
            var parts: [SecretPart] = []
            var place = 0
            for part in entry.parts {
                try encode(bytes.extracting(place..<part.range.lowerBound), buffer)
                let start = buffer.count
                try encode(bytes.extracting(part.range), buffer)
                parts.append(SecretPart(range: start..<buffer.count, chooser: part.chooser))
                place = part.range.upperBound
            }
            try encode(bytes.extracting(place..<bytes.count), buffer)
            return parts
        }
    }

    /// Where the parts of a secret are in its base64: the characters whose six bits are all theirs, and at the end of the
    /// value all that come. One without such characters has those that hold bits of it.
    static func inBase64(of entry: SecretStore.Entry, count: Int) -> [SecretPart] {
        joined(entry.parts).map { part in
            let isLast = part.range.upperBound == entry.value.count
            let outer = part.range.lowerBound * 4 / 3..<(isLast ? count : (part.range.upperBound * 4 + 2) / 3)
            let start = (part.range.lowerBound * 4 + 2) / 3
            let end = isLast ? count : part.range.upperBound * 4 / 3
            guard start < end else { return SecretPart(range: outer, chooser: part.chooser, isCut: true) }
            return SecretPart(range: start..<end, chooser: part.chooser, isCut: start..<end != outer)
        }
    }

    /// Parts without a byte between them as one.
    private static func joined(_ parts: [SecretPart]) -> [SecretPart] {
        var joined: [SecretPart] = []
        for part in parts {
            if let last = joined.last, last.range.upperBound == part.range.lowerBound, last.chooser == part.chooser {
                joined[joined.count - 1].range = last.range.lowerBound..<part.range.upperBound
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
            let moved = range.lowerBound - stretch.lowerBound..<range.upperBound - stretch.lowerBound
            return SecretPart(range: moved, chooser: part.chooser)
        }
    }

    /// Writes a secret as a JSON string; nil, with nothing written, where it is no UTF-8.
    static func appendJSON(_ entry: SecretStore.Entry, to buffer: SecretBuffer) throws(Failure) -> [SecretPart]? {
        let before = buffer.count
        guard try JSONString.append(entry.value, to: buffer) else { return nil }
        let inside = before + 1..<buffer.count - 1
        if entry.isWhole { return entry.parts.map { SecretPart(range: inside, chooser: $0.chooser) } }
        guard let parts = try partsInJSON(of: entry) else {
            // A part ends within a character: the whole is one then.
            return [SecretPart(range: inside, chooser: entry.parts.latest)]
        }
        return parts.map { part in
            let range = part.range.lowerBound + inside.lowerBound..<part.range.upperBound + inside.lowerBound
            return SecretPart(range: range, chooser: part.chooser)
        }
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
