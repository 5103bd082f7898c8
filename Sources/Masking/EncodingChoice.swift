import Diagnostics

/// Says which encodings make something of a text that no other makes, and writes them.
///
/// The answer hangs on the bytes that the text holds alone, and lines of one value hold mostly the same.
final class EncodingChoice {
    private let sample: Draft
    private let inner: Draft
    private let draft: Draft
    private let key = RunKey()
    private var known: [(profile: TextProfile, encodings: [Int])] = []
    /// What becomes of ASCII bytes, for encodings that are asked for often.
    private var tables: [ByteTable?] = Array(repeating: nil, count: TextEncoding.all.count)

    private var bytesWritten = [Int](repeating: 0, count: TextEncoding.all.count)

    private static let capacity = 16
    private static let tableWorth = 512

    init() throws(Failure) {
        sample = try Draft()
        inner = try Draft()
        draft = try Draft()
    }

    /// Forgets what the last value was made of.
    func forget() {
        known = []
        sample.wipe()
        inner.wipe()
        draft.wipe()
    }

    /// The encodings, as numbers in `TextEncoding.all`, of a text with these bytes, each of whose results is new.
    func encodings(for profile: TextProfile) -> [Int] {
        for entry in known where entry.profile == profile { return entry.encodings }
        let chosen = choose(profile)
        if known.count < EncodingChoice.capacity { known.append((profile, chosen)) }
        return chosen
    }

    private func choose(_ profile: TextProfile) -> [Int] {
        let candidates = TextEncoding.all.indices.filter { TextEncoding.all[$0].changes(profile) }
        profile.writeSample(to: sample)
        var seen: Set<Signature> = [Signature(ascii: sample.withBytes { key.digest($0) }, high: .raw)]
        return candidates.filter { number in
            let encoding = TextEncoding.all[number]
            // A sample tells nothing of what becomes of a byte beside its like.
            guard !encoding.looksAround else { return true }
            // Nor does it hold characters above ASCII.
            guard let high = profile.hasHigh ? encoding.aboveASCII : .raw else { return true }
            return seen.insert(Signature(ascii: digest(of: encoding), high: high)).inserted
        }
    }

    /// Equal for encodings that make the same of every byte of a text.
    private struct Signature: Hashable {
        let ascii: UInt64
        let high: TextEncoding.AboveASCII
    }

    /// Of what an encoding makes of the sample.
    private func digest(of encoding: TextEncoding) -> UInt64 {
        draft.clear()
        sample.withBytes { bytes in encoding.write(bytes, scratch: inner, to: draft) }
        return draft.withBytes { key.digest($0) }
    }

    // MARK: - Writing

    /// Makes `target` a text of the bytes of `profile` in an encoding of `TextEncoding.all`.
    ///
    /// `scratch` and `target` have `TextEncoding.maximumExpansion` times the room and a little more.
    func write(_ text: Span<UInt8>, _ profile: TextProfile, _ number: Int, scratch: Draft, to target: Draft) {
        target.clear()
        if let table = table(for: text.count, profile, number) {
            target.append(text, by: table)
        } else {
            TextEncoding.all[number].write(text, scratch: scratch, to: target)
        }
    }

    /// A table costs as much as some texts; where what becomes of a byte hangs on its neighbours there is none.
    private func table(for count: Int, _ profile: TextProfile, _ number: Int) -> ByteTable? {
        guard !profile.hasHigh, !TextEncoding.all[number].treatsFirst(of: profile) else { return nil }
        if let table = tables[number] { return table }
        bytesWritten[number] += count
        guard bytesWritten[number] > EncodingChoice.tableWorth else { return nil }
        let table = ByteTable(TextEncoding.all[number], source: sample, scratch: inner, draft: draft)
        tables[number] = table
        return table
    }
}
