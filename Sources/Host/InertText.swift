import Diagnostics
import Masking
import SecretMemory

/// A text that came from outside, with a mark in the place of each value of the vault that it holds.
///
/// A script can have its own text around a value come back from a program or a server. Taken apart as it is, success
/// and failure would answer questions about any part of the value; taken apart like this they depend on the script's
/// own text alone.
struct InertText {
    /// A character that stands for none (U+10FFFF), in UTF-8: right in a JSON string, and wrong everywhere else in it, in
    /// base64 and in numbers.
    static let mark: [UInt8] = [0xF4, 0x8F, 0xBF, 0xBF]

    let text: SecretBuffer
    /// The marks in `text`, and the places that they stand for.
    private var marks: [(place: Range<Int>, original: Range<Int>)] = []

    /// Nil where no value of an origin before the text's own stands in it: then it can be taken apart as it is.
    ///
    /// - Throws: `.limit` when secret memory is used up.
    init?(_ bytes: Span<UInt8>, _ masker: Masker, before origin: Masker.Origin = .script) throws(Failure) {
        let places = masker.places(in: bytes, before: origin)
        guard !places.isEmpty else { return nil }
        text = try SecretBuffer(maximumCount: bytes.count + places.count * Self.mark.count)
        var start = 0
        for place in places {
            try text.append(bytes.extracting(start..<place.lowerBound))
            let begin = text.count
            try text.append(Self.mark.span)
            marks.append((begin..<text.count, place))
            start = place.upperBound
        }
        try text.append(bytes.extracting(start..<bytes.count))
    }

    /// Whether a value stands in this part of `text`.
    func holdsMark(_ range: Range<Int>) -> Bool { marks.contains { $0.place.overlaps(range) } }

    /// The end of the mark that begins at a place of `text`.
    func endOfMark(at place: Int) -> Int? { marks.first { $0.place.lowerBound == place }?.place.upperBound }

    /// The same part of the original text; marks in it are whole.
    func original(_ range: Range<Int>) -> Range<Int> { original(range.lowerBound)..<original(range.upperBound) }

    private func original(_ place: Int) -> Int {
        guard let before = marks.last(where: { $0.place.upperBound <= place }) else { return place }
        return place + before.original.upperBound - before.place.upperBound
    }

    /// Said of a text, or a part of it, that is not taken out.
    static func holdsSecret(
        _ message: String,
        instead: String = "use the secret of the vault itself: getSecret(name), with field = \"a.b\" "
            + "for a field of it"
    ) -> Failure {
        Failure(
            .usage, message,
            reason: "a value that this run has from the vault stands in it, and those are not taken apart",
            hint: instead)
    }
}
