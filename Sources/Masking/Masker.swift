public import Diagnostics
public import SecretMemory

/// Replaces every value that the run knows, in every listed form, by `[secret:NAME]`.
///
/// One for a run; each stream of bytes has a `MaskingStream` of its own. Single-threaded, as all of the host. Values are
/// copied, with their forms, into secret memory of the masker's own and stay to the end of the run. The forms are those
/// of docs/masking-forms.md; all occurrences at any offset are found, in time linear in the text whatever it holds.
///
/// Values that a script may have chosen (`Origin.script`) are looked for in what the others have left: see
/// `ScriptMadeValues`.
public final class Masker {
    /// The fewest bytes of a value that can be masked without harm; `add` passes over a shorter one.
    public static let minimumCount = Forms.minimumVerbatim

    /// Who could choose a value.
    public enum Origin: Sendable {
        /// Nobody who sees what comes out: it was loaded, typed or drawn.
        case vault
        /// The script, or a program that it started.
        case script
    }

    let needles: NeedleSet
    /// Those of `Origin.script`; made with the first of them.
    private(set) var scriptMade: ScriptMadeValues?
    private let forms: Forms
    private let scratch: SecretArray<UInt8>
    static let scratchCount = 256
    private(set) var names: [String] = []
    private(set) var masks: [[UInt8]] = []
    private lazy var tokenBeginning = (0..<12).map { _ in UInt8.random(in: 0x80...0xff) }
    private var numbers: [String: Int] = [:]

    /// A masker that knows no value yet.
    ///
    /// - Throws: `.limit` when secret memory is used up.
    public init() throws(Failure) {
        needles = try NeedleSet()
        forms = try Forms()
        scratch = try SecretArray(count: Masker.scratchCount)
    }

    /// Bytes of secret memory that needles and tables take now.
    public var secretBytes: Int { needles.secretBytes + (scriptMade?.secretBytes ?? 0) }

    /// Whether no value is known.
    private var isIdle: Bool { needles.isEmpty && scriptMade == nil }

    /// Registers `value` under `name`, which is public text.
    ///
    /// The caller may wipe its copy at once.
    ///
    /// Idempotent; of two names for the same bytes the first stays. A value of less than `minimumCount` bytes is not
    /// masked: whoever hands it out asks first. Streams already open see it from the next byte on, and what they hold
    /// back takes part.
    ///
    /// - Throws: `.limit` when secret memory is used up. Some forms may then be known already; the value counts as
    ///   not masked.
    public func add(_ value: SecretBytes, name: String, origin: Origin = .vault) throws(Failure) {
        guard value.count >= Masker.minimumCount else { return }
        guard origin == .vault else {
            return try valuesOfScripts().add(value, name: name, beside: self)
        }
        let number = number(of: name)
        try value.withBytes { (bytes) throws(Failure) in try forms.add(bytes, name: number, to: needles) }
    }

    /// Registers the telling lines of a text, not the text itself.
    func add(linesOf text: SecretBytes, name: String) throws(Failure) {
        let number = number(of: name)
        try text.withBytes { (bytes) throws(Failure) in try forms.addLines(of: bytes, name: number, to: needles) }
    }

    /// Registers `value`, with its encoded forms or without, as `others` leave it: see `ScriptMadeValues`.
    func add(_ value: SecretBytes, name: String, leftBy others: Masker, hasForms: Bool) throws(Failure) {
        let left = try LeftForms(others, in: needles)
        let number = number(of: name)
        try value.withBytes { (bytes) throws(Failure) in
            if hasForms {
                try forms.add(bytes, name: number, to: left)
            } else {
                try left.insert(bytes, .plain, name: number)
            }
        }
    }

    /// Masks one whole text.
    public func mask(_ bytes: [UInt8]) -> [UInt8] {
        guard !isIdle else { return bytes }
        let stream = makeStream()
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
        MaskingStream(masker: self, forTerminal: forTerminal)
    }

    /// Lends `count` bytes that `byte` gives.
    func withScratch(_ count: Int, _ byte: (Int) -> UInt8, _ body: (Span<UInt8>) -> Void) {
        for index in 0..<count { scratch[index] = byte(index) }
        body(unsafe UnsafeBufferPointer(start: scratch.base, count: count).span)
        scratch.wipe(first: count)
    }

    /// What stands for the mask of a name in the text that is looked through for values of scripts: nobody can write it.
    func token(of name: Int32) -> [UInt8] {
        tokenBeginning + (0..<4).map { UInt8(name >> ($0 * 7) & 0x7f) | 0x80 }
    }

    private func valuesOfScripts() throws(Failure) -> ScriptMadeValues {
        if let scriptMade { return scriptMade }
        let made = try ScriptMadeValues()
        scriptMade = made
        return made
    }

    private func number(of name: String) -> Int {
        if let number = numbers[name] { return number }
        numbers[name] = names.count
        names.append(name)
        // A name may hold what ends a line, or moves a terminal's cursor.
        masks.append(Array("[secret:\(name.printable)]".utf8))
        return names.count - 1
    }
}

extension [UInt8] {
    /// Appends the bytes of a span.
    mutating func append(copying piece: Span<UInt8>) {
        unsafe piece.withUnsafeBufferPointer { bytes in unsafe append(contentsOf: bytes) }
    }
}
