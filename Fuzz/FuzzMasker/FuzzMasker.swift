import Masking
import SecretMemory
import TestSupport

/// The masker equals the oracle on any values and text, whatever the cuts.
///
/// Input: the number of values, then for each a length and its bytes; then a cut size; the rest is the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMasker(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = unsafe Array(UnsafeBufferPointer(start: start, count: count))[...]
    guard let number = input.popFirst(), count <= 4096 else { return 0 }
    guard let masker = try? Masker() else { return 0 }
    var oracle = NaiveMasker()
    for index in 0...Int(number % 4) {
        guard let length = input.popFirst() else { break }
        let value = Array(input.prefix(Int(length % 64)))
        input.removeFirst(value.count)
        guard let secret = try? SecretBytes(copying: value.span) else { return 0 }
        guard (try? masker.add(secret, name: "S\(index)")) != nil else { return 0 }
        oracle.add(value, name: "S\(index)")
    }
    let step = max(1, Int(input.popFirst() ?? 1))
    check(masker, oracle, Array(input), step)
    return 0
}

private func check(_ masker: Masker, _ oracle: NaiveMasker, _ text: [UInt8], _ step: Int) {
    let stream = masker.makeStream()
    var output: [UInt8] = []
    func take(_ piece: Span<UInt8>) {
        for index in piece.indices { output.append(piece[index]) }
    }
    for place in stride(from: 0, to: text.count, by: step) {
        let piece = Array(text[place..<min(place + step, text.count)])
        stream.write(piece.span, sink: take)
    }
    let held = stream.heldCount
    stream.finish(sink: take)
    precondition(held == oracle.heldCount(after: text), "what is held differs from the oracle")
    precondition(output == oracle.mask(text), "the output differs from the oracle")
}
