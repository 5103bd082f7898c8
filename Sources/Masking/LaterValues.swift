import Diagnostics
import SecretMemory

/// The origins before one: those that are looked for first.
struct ValuesBefore {
    unowned let root: Masker
    let count: Int

    func makeStream() -> MaskingStream { MaskingStream(masker: root, forTerminal: false, count: count) }

    /// Rises whenever a value of one of them becomes known.
    var generation: Int {
        var (sum, masker) = (0, root)
        for place in 0..<count {
            sum += masker.needles.generation
            guard place + 1 < count, let next = masker.later else { break }
            masker = next.masker
        }
        return sum
    }
}

/// The values of one origin but the first: those that somebody may have chosen who sees what comes out.
///
/// They are looked for in what is left when all of the origins before are masked. Were both looked for at once, a find of
/// the one would widen the mask of the other: a script that knows what stands before a value could put that and a guess of
/// the value's first byte together, and would see by the mask whether the guess was right. Here a guess that reaches into
/// a value of an origin before, and is not the whole of it, finds nothing.
///
/// A value that holds another one, such as a URL with a token, is looked for as it is left then: with the mask in it. So is
/// each of its encoded forms. The mask is a token there that nobody can write, so that only a program that prints the value
/// itself is met. Of its lines those are masked by themselves that begin and end with the script's own line breaks: what is
/// a line must not depend on the other value.
final class LaterValues {
    let masker: Masker
    /// Larger values are not looked at again: of one that holds a value which becomes known later, only that is masked.
    private static let mostKept = 64 * 1024
    /// Of values that hold others, with more than this beside them, and when forms of such take so much room, no encoded
    /// forms are kept: they have to be stored, as nothing spells them.
    private static let mostEncoded = 1024
    private static let roomForForms = 1536 * 1024
    /// How many have come.
    private(set) var count = 0
    /// What the values before leave of a value: the masks that they put into it, and how many bytes come before each
    /// and after the last.
    private struct Rest: Equatable {
        var masks: [Mask] = []
        var clear = [0]
    }

    /// With their number in the order in which they came, and what the others left of them.
    private var values: [(value: SecretBytes, name: String, number: Int, rest: Rest)] = []
    private let before: ValuesBefore
    /// The generation of the values before when these were last looked at.
    private var generation = -1

    init(after before: ValuesBefore) throws(Failure) {
        self.before = before
        masker = try Masker(names: before.root.names, time: before.root.time)
    }

    func add(_ value: SecretBytes, name: String) throws(Failure) {
        guard !values.contains(where: { $0.value.isEqual(to: value) }) else { return }
        let rest = look(at: value)
        masker.needles.value = count
        count += 1
        if !rest.masks.isEmpty {
            try addLeft(value, name, rest)
        } else {
            try masker.addOwn(value, name: name)
        }
        guard value.count <= Self.mostKept else { return }
        let kept = try value.withBytes { (bytes) throws(Failure) in try SecretBytes(copying: bytes) }
        values.append((kept, name, count - 1, rest))
    }

    /// Sees to it that these are found although values have become known since that they hold.
    ///
    /// - Throws: `.limit` when secret memory is used up; what is left to do is done the next time.
    func refresh() throws(Failure) {
        let now = before.generation
        guard generation != now else { return }
        for place in values.indices {
            let rest = look(at: values[place].value)
            guard rest != values[place].rest else { continue }
            masker.needles.value = values[place].number
            try addLeft(values[place].value, values[place].name, rest)
            values[place].rest = rest
        }
        generation = now
    }

    private func addLeft(_ value: SecretBytes, _ name: String, _ rest: Rest) throws(Failure) {
        let hasForms = rest.clear.reduce(0, +) <= Self.mostEncoded && before.root.laterBytes < Self.roomForForms
        try masker.add(value, name: name, leftBy: before, hasForms: hasForms)
        let lines = try ownLines(of: value)
        if lines.count > 0 { try masker.add(linesOf: lines, name: name) }
    }

    private func look(at value: SecretBytes) -> Rest {
        var rest = Rest()
        pieces(of: value) { piece, mask in
            if let mask {
                rest.masks.append(mask)
                rest.clear.append(0)
            } else {
                rest.clear[rest.masks.count] += piece.count
            }
        }
        return rest
    }

    /// The lines that no mask is in, as a text.
    private func ownLines(of value: SecretBytes) throws(Failure) -> SecretBytes {
        let text = try SecretBuffer(maximumCount: max(1, value.count))
        let line = try SecretBuffer(maximumCount: max(1, value.count))
        var isMasked = false
        var failure: Failure?
        func take(_ piece: Span<UInt8>) throws(Failure) {
            for index in piece.indices {
                if !isMasked { try line.append(piece[index]) }
                guard LineBreak.begins(with: piece[index]) else { continue }
                if !isMasked { try line.withBytes { (bytes) throws(Failure) in try text.append(bytes) } }
                line.removeAll()
                isMasked = false
            }
        }
        pieces(of: value) { piece, mask in
            do throws(Failure) {
                if mask == nil { try take(piece) } else { isMasked = true }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        if !isMasked { try line.withBytes { (bytes) throws(Failure) in try text.append(bytes) } }
        return try text.take()
    }

    private func pieces(of value: SecretBytes, _ take: MaskingStream.Sink) {
        let stream = before.makeStream()
        value.withBytes { stream.takeWhole($0, take) }
    }
}

/// Takes the forms of a value and hands each on as a text: what other values' masks leave of it.
@safe final class LeftForms: FormTarget {
    private let names: MaskNames
    private let needles: NeedleSet
    private let stream: MaskingStream
    let arena = NeedleArena()
    private let form: Draft
    private let left: Draft
    /// Whether there is a mask in the text that the forms are made of.
    private var holdsMask = false
    /// That text among the needles, once a form is spelled from it there.
    private var stored: UnsafeBufferPointer<UInt8>?
    var isPart: Bool {
        get { needles.isPart }
        set { needles.isPart = newValue }
    }
    let isOfHolder = true
    /// No form stays here.
    let generation = 0

    init(_ before: ValuesBefore, in needles: NeedleSet) throws(Failure) {
        names = before.root.names
        self.needles = needles
        stream = before.makeStream()
        form = try Draft()
        left = try Draft()
    }

    func insert(
        _ text: UnsafeBufferPointer<UInt8>, _ spelling: Spelling, count: Int, name: Int, beginning longer: Int?
    ) throws(Failure) -> Int? {
        try form.reserve(count)
        form.clear()
        for index in 0..<count { form.append(unsafe spelling.byte(index, of: text)) }
        try form.withBytes { (bytes) throws(Failure) in
            if holdsMask, !isMasked(bytes) {
                guard !spelling.isWholeBehindOthers else { return }
                return unsafe try insertWhole(text, spelling, count: count, name: name)
            }
            // With masks in it, no break can be told to stand for the blank between two digits.
            let isWrapped = spelling.looksThroughBreaks && !spelling.isSpaced
            try insert(
                bytes, isWrapped ? .wrappedText : .plain, name: name, endsInMask: spelling.isWholeBehindOthers)
        }
        return nil
    }

    func begin(_ text: Span<UInt8>) {
        holdsMask = isMasked(text)
        unsafe stored = nil
    }

    private func isMasked(_ text: Span<UInt8>) -> Bool {
        var found = false
        stream.takeWhole(text) { _, mask in if mask != nil { found = true } }
        return found
    }

    /// Hands on a form as it is: there is no mask in it, but in the text that it is made of, as a short value in that has
    /// no such form.
    private func insertWhole(
        _ text: UnsafeBufferPointer<UInt8>, _ spelling: Spelling, count: Int, name: Int
    ) throws(Failure) {
        // A form that is no spelling is a text of its own; all spellings of the text are made of one copy.
        if spelling.isPlain {
            let source = unsafe try needles.store(text.span)
            let number = unsafe try needles.insert(source, spelling, count: count, name: name, beginning: nil)
            if number == nil { needles.takeBack(text.count) }
            return
        }
        if unsafe stored == nil { unsafe stored = try needles.store(text.span) }
        guard let source = unsafe stored else { return }
        _ = unsafe try needles.insert(source, spelling, count: count, name: name, beginning: nil)
    }

    /// Hands on one form, where there is a mask in it and more. Without one it would be a stretch of the value, cut by what
    /// the other value holds.
    ///
    /// - Parameter endsInMask: It is of use only where its end is in a mask.
    func insert(_ form: Span<UInt8>, _ spelling: Spelling, name: Int, endsInMask: Bool = false) throws(Failure) {
        var (count, clear, masks) = (0, 0, 0)
        // What comes before the first mask.
        var before = 0
        var isInMask = false
        stream.takeWhole(form) { piece, mask in
            isInMask = mask != nil
            if let mask { masks += 1; count += names.token(of: mask).count } else { clear += piece.count }
            if masks == 0 { before += piece.count }
        }
        count += clear
        guard masks > 0, clear > 0 || masks > 1, isInMask || !endsInMask else { return }
        try left.reserve(count + LineBreak.minimumBefore)
        // A line break early in a masked form is not held back: then some of its first bytes stand before its mask. Where
        // there are several masks that can be any of them, and is left.
        let early = spelling.looksThroughBreaks && masks == 1 ? LineBreak.minimumBefore : 1
        for shown in 0..<early {
            left.clear()
            stream.takeWhole(form) { piece, mask in
                if var mask {
                    left.append(form.extracting(before..<before + shown))
                    mask.early = UInt8(shown)
                    for byte in names.token(of: mask) { left.append(byte) }
                } else {
                    left.append(piece)
                }
            }
            try left.withBytes { (bytes) throws(Failure) in
                let text = unsafe try needles.store(bytes)
                let number = unsafe try needles.insert(text, spelling, count: bytes.count, name: name, beginning: nil)
                if number == nil { needles.takeBack(bytes.count) }
            }
        }
    }

    func wipeScratch() {
        needles.wipeScratch()
        form.wipe()
        left.wipe()
    }
}
