extension Masker {
    /// A place in a text, and the mask that stands for it.
    private typealias MaskedPlace = (range: Range<Int>, mask: Mask)

    /// Where values that a script does not know stand in a text, in any listed form: in order, none beside or over another.
    ///
    /// Of the origins before one; those of `Origin.script` are never told. Not for a script: it tells lengths.
    public func places(in text: Span<UInt8>, before origin: Origin = .script) -> [Range<Int>] {
        var found: [MaskedPlace] = []
        var masker: Masker? = self
        for _ in 0..<origin.rawValue {
            guard let current = masker else { break }
            found = current.maskedPlaces(in: text, beside: found, overlaps)
            masker = current.later?.masker
        }
        var places: [Range<Int>] = []
        for (place, _) in found {
            if let last = places.last, last.upperBound >= place.lowerBound {
                places[places.count - 1] = last.lowerBound..<max(last.upperBound, place.upperBound)
            } else {
                places.append(place)
            }
        }
        return places
    }

    /// Those of this origin, looked for in what masks leave of the text, and of the origins before those that are not in one.
    private func maskedPlaces(
        in text: Span<UInt8>, beside before: [MaskedPlace], _ overlaps: OverlapWatch
    ) -> [MaskedPlace] {
        guard !needles.isEmpty else { return before }
        let stream = MaskingStream(masker: self, forTerminal: false, count: 1, overlaps: overlaps)
        // Where stretches of what the stream is given begin, there and in the text.
        var starts: [(given: Int, place: Int)] = [(0, 0)]
        func place(_ given: Int) -> Int {
            let start = starts.last { $0.given <= given } ?? (0, 0)
            return start.place + given - start.given
        }
        var found: [MaskedPlace] = []
        var mask: Mask?
        stream.onMask = { range in
            if let mask { found.append((place(range.lowerBound)..<place(range.upperBound), mask)) }
        }
        let take: MaskingStream.Sink = { _, which in mask = which ?? mask }
        for (range, mask) in before {
            let (given, end) = starts[starts.count - 1]
            stream.write(text.extracting(end..<range.lowerBound), nil, take)
            starts.append((given + range.lowerBound - end + names.token(of: mask).count, range.upperBound))
            stream.write(text.extracting(range), mask, take)
        }
        stream.write(text.extracting(starts[starts.count - 1].place..<text.count), nil, take)
        stream.finishText(take)
        // A place of an origin before lies in one that was found, or beside all of them.
        var places: [MaskedPlace] = []
        for place in (found + before).sorted(by: Self.comesFirst) {
            if let last = places.last, last.range.overlaps(place.range) { continue }
            places.append(place)
        }
        return places
    }

    private static func comesFirst(_ left: MaskedPlace, _ right: MaskedPlace) -> Bool {
        (left.range.lowerBound, right.range.upperBound) < (right.range.lowerBound, left.range.upperBound)
    }
}
