import Masking
import SecretMemory
import TestSupport

/// The masker equals the oracle on any values and text, whatever the cuts, on a terminal too, and with a value that comes
/// in the middle. A value that a script has put together changes with no cut, brings no other value out, and tells nothing
/// of one that is not in the text.
///
/// Input: a byte of options and the number of values; for each value a length and its bytes; a byte that seeds the cuts;
/// the rest is the text, in which a byte of 0xf0 and above with the two after it stands for a form of a value, wrapped.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMasker(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = unsafe Array(UnsafeBufferPointer(start: start, count: count))[...]
    guard let options = input.popFirst(), count <= 2048 else { return 0 }
    var values: [[UInt8]] = []
    for _ in 0...Int(options % 4) {
        guard let length = input.popFirst() else { break }
        values.append(Array(input.prefix(Int(length % 64))))
        input.removeFirst(values[values.count - 1].count)
    }
    let seed = UInt64(input.popFirst() ?? 1)
    var oracle = NaiveMasker()
    for (number, value) in values.enumerated() { oracle.add(value, name: "S\(number)") }
    let text = expand(Array(input), oracle.texts)
    for cut in 0..<3 as Range<UInt64> {
        let run = Run(
            values: values, isForTerminal: options & 4 != 0, addsLate: options & 8 != 0, expects: options & 32 != 0)
        run.check(text, cut: cut, seed: seed &+ cut)
    }
    if options & 16 != 0, values.count > 1 { checkMade(values, Array(input), seed) }
    if options & 64 != 0, values.count > 1 { checkHidden(values, Array(input), seed) }
    return 0
}

/// As in a script's run, in one of two; the same comes out.
private func takesEvenTime(_ seed: UInt64) -> Bool { seed >> 7 & 1 != 0 }

/// The last value is one that a script has made, of bytes and of forms of the others, whose origins the seed says.
private func checkMade(_ values: [[UInt8]], _ input: [UInt8], _ seed: UInt64) {
    var oracle = NaiveMasker()
    for (number, value) in values.dropLast().enumerated() { oracle.add(value, name: "S\(number)") }
    let made = Array(expand(values[values.count - 1], oracle.texts).prefix(600))
    var forms = NaiveMasker()
    forms.add(made, name: "made")
    let text = expand(input, oracle.texts + forms.texts)
    guard let masker = try? Masker(), let plain = try? Masker() else { return }
    masker.takesEvenTime = takesEvenTime(seed)
    func add(_ value: [UInt8], _ name: String, _ origin: Masker.Origin) {
        guard let secret = try? SecretBytes(copying: value.span) else { return }
        precondition((try? masker.add(secret, name: name, origin: origin)) != nil, "a value of a few bytes fits")
        if origin != .script { precondition((try? plain.add(secret, name: name)) != nil, "so it does alone") }
    }
    let comesFirst = seed & 1 != 0
    let origins = [Masker.Origin.vault, .brought, .derived, .vault]
    func origin(_ number: Int) -> Masker.Origin { origins[Int(seed >> (1 + 2 * UInt64(number)) & 3)] }
    if comesFirst { add(made, "made", .script) }
    for (number, value) in values.dropLast().enumerated() { add(value, "S\(number)", origin(number)) }
    if !comesFirst { add(made, "made", .script) }
    let whole = masker.mask(text)
    for cut in 1..<3 as Range<UInt64> {
        let stream = masker.makeStream()
        var output: [UInt8] = []
        for piece in pieces(text, cut, seed, atOnce: false) { stream.write(piece.span) { append($0, to: &output) } }
        stream.finish { append($0, to: &output) }
        precondition(output == whole, "a cut changes the output")
    }
    precondition(oracle.finds(in: plain.mask(text)) || !oracle.finds(in: whole), "a made value brings another out")
}

/// The first value is of the vault and nowhere in the text; a script makes the others while it comes, some of the
/// beginning of the first one. All comes out as if there were no value in the vault, and so do marks.
private func checkHidden(_ values: [[UInt8]], _ input: [UInt8], _ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var (hidden, forms) = (NaiveMasker(), NaiveMasker())
    hidden.add(values[0], name: "V")
    var late: [(value: [UInt8], origin: Masker.Origin, place: Int)] = []
    for value in values.dropFirst() {
        let origin = [Masker.Origin.derived, .brought, .script].randomElement(using: &random) ?? .script
        let beginning = values[0].prefix(Int.random(in: 0...values[0].count, using: &random))
        late.append((beginning + value, origin, Int.random(in: 0...input.count, using: &random)))
        forms.add(beginning + value, name: "L")
    }
    let text = expand(input, forms.texts + [Array(values[0].dropLast())])
    guard !hidden.finds(in: text), !forms.texts.contains(where: hidden.finds) else { return }
    let outputs = [true, false].map { isHidden -> (text: [UInt8], marks: [Int]) in
        var (output, marks): ([UInt8], [Int]) = ([], [])
        guard let masker = try? Masker() else { return (output, marks) }
        masker.takesEvenTime = takesEvenTime(seed)
        func add(_ value: [UInt8], _ origin: Masker.Origin) {
            guard let secret = try? SecretBytes(copying: value.span) else { return }
            precondition((try? masker.add(secret, name: "S", origin: origin)) != nil, "a value of a few bytes fits")
        }
        if isHidden { add(values[0], .vault) }
        let stream = masker.makeStream()
        stream.onMarkOut = { ahead in marks.append(output.count + ahead) }
        var place = 0
        for piece in pieces(text, 2, seed, atOnce: false) {
            for value in late where (place..<place + piece.count).contains(value.place) {
                add(value.value, value.origin)
            }
            stream.mark(after: piece.count / 2)
            stream.mark(after: piece.count)
            stream.write(piece.span) { append($0, to: &output) }
            place += piece.count
        }
        stream.finish { append($0, to: &output) }
        return (output, marks)
    }
    precondition(outputs[0] == outputs[1], "a value that is not in the text changes the output")
}

private func append(_ piece: Span<UInt8>, to output: inout [UInt8]) {
    for index in piece.indices { output.append(piece[index]) }
}

private func pieces(_ text: [UInt8], _ cut: UInt64, _ seed: UInt64, atOnce: Bool) -> [[UInt8]] {
    guard cut > 0 else { return [text] }
    if cut == 1, !atOnce { return text.map { [$0] } }
    var random = SeededGenerator(seed: seed)
    var pieces: [[UInt8]] = []
    var rest = text[...]
    while !rest.isEmpty {
        let count = Int.random(in: 1...max(1, min(rest.count, 60)), using: &random)
        pieces.append(Array(rest.prefix(count)))
        rest.removeFirst(count)
    }
    return pieces
}

/// The text with the forms that its instructions name.
private func expand(_ input: [UInt8], _ forms: [[UInt8]]) -> [UInt8] {
    var text: [UInt8] = []
    var rest = input[...]
    while let byte = rest.popFirst(), text.count < 3000 {
        guard byte >= 0xf0, let high = rest.popFirst(), let low = rest.popFirst(), !forms.isEmpty else {
            text.append(byte)
            continue
        }
        let form = forms[(Int(high) << 8 | Int(low)) % forms.count]
        let columns = [Int.max, 1, 2, 5, 16, 33, 60, 64][Int(byte & 7)]
        let lineBreak: [UInt8] = byte & 8 == 0 ? [10] : [13, 10, 32, 9]
        for (index, character) in form.enumerated() {
            if index > 0, (index + Int(low)) % columns == 0 { text += lineBreak }
            text.append(character)
        }
    }
    return text
}

private struct Run {
    let values: [[UInt8]]
    let isForTerminal: Bool
    let addsLate: Bool
    /// Whether the masker is told how many values come.
    let expects: Bool

    func check(_ text: [UInt8], cut: UInt64, seed: UInt64) {
        guard let masker = try? Masker() else { return }
        masker.takesEvenTime = takesEvenTime(seed)
        var oracle = NaiveMasker()
        let early = addsLate ? Array(values.dropLast()) : values
        if expects { masker.expect(values: values.count * 50, bytes: values.count * 2000) }
        for (number, value) in early.enumerated() {
            add(value, "S\(number)", to: masker)
            oracle.add(value, name: "S\(number)")
        }
        var want = NaiveStream(oracle, forTerminal: isForTerminal)
        let stream = masker.makeStream(forTerminal: isForTerminal)
        var output: [UInt8] = []
        func take(_ piece: Span<UInt8>) { append(piece, to: &output) }
        // A terminal's oracle looks at all of the text for each piece.
        let pieces = pieces(text, cut, seed, atOnce: isForTerminal && text.count >= 200)
        for (number, piece) in pieces.enumerated() {
            if addsLate, number == pieces.count / 2, let late = values.last {
                add(late, "late", to: masker)
                want.add(late, name: "late")
            }
            stream.write(piece.span, sink: take)
            want.write(piece)
            // The oracle takes its time: with many pieces only some are looked at.
            guard pieces.count < 40 || number % 61 == 0 else { continue }
            precondition(stream.heldCount == want.heldCount, "what is held differs from the oracle")
        }
        stream.finish(sink: take)
        precondition(output == want.output, "the output differs from the oracle")
    }

    private func add(_ value: [UInt8], _ name: String, to masker: Masker) {
        guard let secret = try? SecretBytes(copying: value.span) else { return }
        precondition((try? masker.add(secret, name: name)) != nil, "a value of a few bytes fits")
    }
}
