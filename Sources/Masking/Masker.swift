public import Diagnostics
public import SecretMemory

/// Replaces every value that the run knows, in every listed form, by `[secret:NAME]`.
///
/// One for a run; each stream of bytes has a `MaskingStream` of its own. Single-threaded, as all of the host. Values are
/// copied, with their forms, into secret memory of the masker's own and stay to the end of the run. The forms are those
/// of docs/masking-forms.md; all occurrences at any offset are found, in time linear in the text whatever it holds.
///
/// Values are looked for in order of who could choose them (`Origin`), each in what the ones before have left: see
/// `LaterValues`.
public final class Masker {
    /// The fewest bytes of a value that can be masked without harm; `add` passes over a shorter one.
    public static let minimumCount = Forms.minimumVerbatim

    /// Who could choose a value; whoever knows a value of a later one learns nothing by it of those before. Of a value that
    /// one before reaches into, the rest is seen: what can be chosen most freely comes last.
    public enum Origin: Int, Sendable, Comparable {
        /// Nobody who sees what comes out: it was loaded from the user's vault, typed, or drawn and not to be guessed.
        case vault
        /// Nobody, but it is a hash of what somebody may know, or find by trying all.
        case hashed
        /// Chance, but of so few bits that it can be found by trying all.
        case drawn
        /// The script in part: public text around a value, what is taken out of a draw.
        case derived
        /// Whoever owns a vault whose credentials the script has brought along: the user, or its author.
        case brought
        /// Chance of so few bits that a script gets what it wants by many draws; or whoever wrote what lies about: variables that
        /// a project's file alone withholds.
        case weak
        /// The script, or a program that it started.
        case script

        /// Whether values of `left` are looked for first.
        public static func < (left: Origin, right: Origin) -> Bool { left.rawValue < right.rawValue }
    }

    let needles: NeedleSet
    /// Those of the next origin; made with the first that is not of the user's vault.
    private(set) var later: LaterValues?
    private let forms: Forms
    private let scratch: SecretArray<UInt8>
    static let scratchCount = 256
    let names: MaskNames
    let time: EvenTime
    let overlaps = OverlapWatch()
    /// How many values of the first origin have come.
    private(set) var count = 0

    /// A masker that knows no value yet.
    ///
    /// - Throws: `.limit` when secret memory is used up.
    public convenience init() throws(Failure) { try self.init(names: MaskNames(), time: EvenTime()) }

    init(names: MaskNames, time: EvenTime) throws(Failure) {
        (self.names, self.time) = (names, time)
        needles = try NeedleSet()
        forms = try Forms()
        scratch = try SecretArray(count: Masker.scratchCount)
    }

    /// Whether a text takes the same time whatever it holds, but for line breaks and masks (`EvenTime`): up to some hundred
    /// times as long as else. For a script that could find a value by the time that a guess takes.
    public var takesEvenTime: Bool {
        get { time.isOn }
        set { time.isOn = newValue }
    }

    /// Called with the names of two values where a text, whole or of a stream, has the one ending in what the other begins
    /// with (`OverlapWatch`), before what is behind the first comes out. Not for values of `Origin.script`, and not for two that are
    /// forms of one. In a stream also where the second became known while its beginning was held back as that of the first.
    /// It must not use the masker.
    public var onOverlap: ((_ first: String, _ second: String) -> Void)? {
        get { overlaps.onFind }
        set { overlaps.onFind = newValue }
    }

    /// Bytes of secret memory that needles and tables take now.
    public var secretBytes: Int { needles.secretBytes + laterBytes }

    /// Those of values of later origins.
    var laterBytes: Int { later?.masker.secretBytes ?? 0 }

    /// Whether no value is known.
    private var isIdle: Bool { needles.isEmpty && later == nil }

    /// Registers `value` under `name`, which is public text.
    ///
    /// The caller may wipe its copy at once.
    ///
    /// Idempotent; of two names for the same bytes the first stays. A value of less than `minimumCount` bytes is not
    /// masked: whoever hands it out asks first. Streams already open see it from the next byte on; of the first origin it may
    /// begin in what they hold back, of a later one not (`Arrivals`).
    ///
    /// - Throws: `.limit` when secret memory is used up. Some forms may then be known already; the value counts as
    ///   not masked, and so do those that hold it.
    public func add(_ value: SecretBytes, name: String, origin: Origin = .vault) throws(Failure) {
        guard value.count >= Masker.minimumCount else { return }
        if origin == .vault {
            needles.value = count
            try addOwn(value, name: name)
            count += 1
        } else {
            try values(of: origin).add(value, name: name)
        }
        try refreshLater()
    }

    /// Registers a value of this masker's own origin.
    func addOwn(_ value: SecretBytes, name: String) throws(Failure) {
        let number = names.number(of: name)
        try value.withBytes { (bytes) throws(Failure) in try forms.add(bytes, name: number, to: needles) }
    }

    /// Says that `count` values of the user's vault, `bytes` bytes in all, will be added: room for their forms is made in
    /// one step.
    ///
    /// More or fewer than that may come; then it costs memory or time, nothing else. Where there is no room for so many,
    /// it is made as they come.
    public func expect(values count: Int, bytes: Int) { needles.expect(values: count, bytes: bytes) }

    /// Registers the telling lines of a text, not the text itself.
    func add(linesOf text: SecretBytes, name: String) throws(Failure) {
        let number = names.number(of: name)
        try text.withBytes { (bytes) throws(Failure) in try forms.addLines(of: bytes, name: number, to: needles) }
    }

    /// Registers `value`, with its encoded forms or without, as the values before leave it: see `LaterValues`.
    func add(_ value: SecretBytes, name: String, leftBy before: ValuesBefore, hasForms: Bool) throws(Failure) {
        let left = try LeftForms(before, in: needles)
        let number = names.number(of: name)
        try value.withBytes { (bytes) throws(Failure) in
            if hasForms {
                try forms.add(bytes, name: number, to: left)
            } else {
                try left.insert(bytes, .plain, name: number)
            }
        }
    }

    /// Masks one whole text.
    ///
    /// - Parameter isWatched: Values that overlap in it are told (`onOverlap`); not of what a script itself has written.
    public func mask(_ bytes: [UInt8], isWatched: Bool = true) -> [UInt8] {
        guard !isIdle else { return bytes }
        let stream = makeStream(isWatched: isWatched)
        var masked: [UInt8] = []
        masked.reserveCapacity(bytes.count)
        stream.write(bytes.span) { piece in masked.append(copying: piece) }
        stream.finish { piece in masked.append(copying: piece) }
        return masked
    }

    /// Masks one whole text.
    public func mask(_ text: String) -> String {
        String(decoding: mask(Array(text.utf8)), as: UTF8.self)
    }

    /// A stream of bytes of its own.
    ///
    /// - Parameter forTerminal: Fewer than `MaskingStream.leastHeldForTerminal` bytes are not held back, so that what is
    ///   typed is seen at once; those few bytes of a value may then stand before its mask.
    public func makeStream(forTerminal: Bool = false) -> MaskingStream {
        makeStream(forTerminal: forTerminal, isWatched: true)
    }

    /// One that looks for values of the origins before one alone, for a text that does not come out.
    public func makeStream(before origin: Origin) -> MaskingStream {
        MaskingStream(masker: self, forTerminal: false, count: origin.rawValue)
    }

    private func makeStream(forTerminal: Bool = false, isWatched: Bool) -> MaskingStream {
        MaskingStream(
            masker: self, forTerminal: forTerminal, count: Origin.script.rawValue + 1,
            overlaps: isWatched ? overlaps : nil)
    }

    /// Lends `count` bytes that `fill` writes.
    func withScratch(_ count: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void, _ body: (Span<UInt8>) -> Void) {
        precondition(count <= Masker.scratchCount, "a piece fits")
        unsafe fill(scratch.base)
        body(unsafe UnsafeBufferPointer(start: scratch.base, count: count).span)
        scratch.wipe(first: count)
    }

    /// Sees to it that values of later origins are found although values before have become known that they hold.
    ///
    /// Not in the middle of a text: it uses what a stream of the masker uses.
    private func refreshLater() throws(Failure) {
        var values = later
        while let current = values {
            try current.refresh()
            values = current.masker.later
        }
    }

    /// Those of all later origins are made at once: a stream that is open has a place for each.
    private func values(of origin: Origin) throws(Failure) -> LaterValues {
        var last = self
        var values: LaterValues?
        for count in 1...origin.rawValue {
            if last.later == nil { last.later = try LaterValues(after: ValuesBefore(root: self, count: count)) }
            guard let next = last.later else { break }
            values = next
            last = next.masker
        }
        guard let values else { preconditionFailure("there is an origin before") }
        return values
    }
}

/// The names that values have, and what stands for them; one for all origins.
final class MaskNames {
    private(set) var names: [String] = []
    private(set) var masks: [[UInt8]] = []
    private lazy var tokenBeginning = (0..<12).map { _ in UInt8.random(in: 0x80...0xff) }
    private var numbers: [String: Int] = [:]

    func number(of name: String) -> Int {
        if let number = numbers[name] { return number }
        numbers[name] = names.count
        names.append(name)
        // A name may hold what ends a line, or moves a terminal's cursor.
        masks.append(Array("[secret:\(name.printable)]".utf8))
        return names.count - 1
    }

    /// What stands for a mask in the text that is looked through for values of later origins: nobody can write it.
    func token(of mask: Mask) -> [UInt8] {
        let number = UInt64(mask.name) << 16 | UInt64(mask.spelling) << 2 | UInt64(mask.early)
        return tokenBeginning + (0..<7).map { UInt8(number >> ($0 * 7) & 0x7f) | 0x80 }
    }
}

extension [UInt8] {
    /// Appends the bytes of a span.
    mutating func append(copying piece: Span<UInt8>) {
        unsafe piece.withUnsafeBufferPointer { bytes in unsafe append(contentsOf: bytes) }
    }
}
