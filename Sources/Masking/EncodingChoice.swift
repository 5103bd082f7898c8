import Diagnostics

/// Says which encodings make something of a text that no other makes.
///
/// The answer hangs on the bytes that the text holds alone, and lines of one value hold mostly the same.
final class EncodingChoice {
    private let sample: Draft
    private let inner: Draft
    private let draft: Draft
    private let key = RunKey()
    private var known: [(profile: TextProfile, encodings: [TextEncoding])] = []

    private static let capacity = 16

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

    /// The encodings of a text with these bytes, each of whose results is new.
    func encodings(for profile: TextProfile) -> [TextEncoding] {
        for entry in known where entry.profile == profile { return entry.encodings }
        let chosen = choose(profile)
        if known.count < EncodingChoice.capacity { known.append((profile, chosen)) }
        return chosen
    }

    private func choose(_ profile: TextProfile) -> [TextEncoding] {
        let candidates = TextEncoding.all.filter { $0.changes(profile) }
        // A sample holds no sequences of bytes above ASCII, and so tells nothing of them.
        guard !profile.hasHigh else { return candidates }
        profile.writeSample(to: sample)
        var seen: Set<UInt64> = [sample.withBytes { key.digest($0) }]
        return candidates.filter { seen.insert(signature(of: $0)).inserted }
    }

    /// Equal for encodings that make the same of every byte of a text.
    private func signature(of encoding: TextEncoding) -> UInt64 {
        draft.clear()
        sample.withBytes { bytes in encoding.write(bytes, scratch: inner, to: draft) }
        return draft.withBytes { key.digest($0) }
    }
}
