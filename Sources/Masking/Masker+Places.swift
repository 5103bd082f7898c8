extension Masker {
    /// Where values that a script does not know stand in a text, in any listed form: in order, none beside or over another.
    ///
    /// Of the origins before one; those of `Origin.script` are never told. Not for a script: it tells lengths.
    public func places(in text: Span<UInt8>, before origin: Origin = .script) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var masker: Masker? = self
        for _ in 0..<origin.rawValue {
            guard let current = masker else { break }
            let stream = MaskingStream(masker: current, forTerminal: false, count: 1)
            stream.onMask = { place in found.append(place) }
            stream.takeWhole(text) { _, _ in }
            masker = current.later?.masker
        }
        var places: [Range<Int>] = []
        for place in found.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = places.last, last.upperBound >= place.lowerBound {
                places[places.count - 1] = last.lowerBound..<max(last.upperBound, place.upperBound)
            } else {
                places.append(place)
            }
        }
        return places
    }
}
