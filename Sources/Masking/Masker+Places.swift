extension Masker {
    /// Where values of `Origin.vault` stand in a text, in any listed form: in order, none beside or over another.
    ///
    /// Not for a script: it tells lengths.
    public func places(in text: Span<UInt8>) -> [Range<Int>] {
        var places: [Range<Int>] = []
        let stream = MaskingStream(masker: self, forTerminal: false)
        stream.onMask = { place in
            if let last = places.last, last.upperBound >= place.lowerBound {
                places[places.count - 1] = last.lowerBound..<max(last.upperBound, place.upperBound)
            } else {
                places.append(place)
            }
        }
        stream.takeWhole(text) { _, _ in }
        return places
    }
}
