import Diagnostics

/// Makes every form of a value: docs/masking-forms.md, row by row.
struct Forms {
    /// The fewest bytes of a value that is masked as it stands.
    static let minimumVerbatim = 4
    /// The fewest bytes of a text whose encodings are masked, and of a line that is.
    static let minimumEncoded = 8
    /// The most bytes of a value that is looked for in forms that few programs print.
    static let maximumRare = 4096

    fileprivate let base: Draft
    fileprivate let draft: Draft
    fileprivate let inner: Draft
    fileprivate let choice: EncodingChoice

    init() throws(Failure) {
        base = try Draft()
        draft = try Draft()
        inner = try Draft()
        choice = try EncodingChoice()
    }

    /// Adds each form of `value` to `needles`.
    ///
    /// Wipes its scratch.
    func add(_ value: Span<UInt8>, name: Int, to needles: some FormTarget) throws(Failure) {
        try add(value, name: name, to: needles, linesAlone: false)
    }

    /// Adds those of its telling lines alone.
    func addLines(of value: Span<UInt8>, name: Int, to needles: some FormTarget) throws(Failure) {
        try add(value, name: name, to: needles, linesAlone: true)
    }

    private func add<Target: FormTarget>(
        _ value: Span<UInt8>, name: Int, to needles: Target, linesAlone: Bool
    ) throws(Failure) {
        // A line break becomes two bytes.
        try base.reserve(value.count * 2)
        defer { wipe(needles) }
        let before = needles.generation
        let text = unsafe try needles.store(value)
        let writer = FormWriter(self, needles: needles, name: name)
        do {
            if linesAlone { try unsafe writer.writeLines(text) } else { try unsafe writer.write(text) }
        } catch {
            if needles.generation == before { needles.takeBack(value.count) }
            throw error
        }
        if needles.generation == before { needles.takeBack(value.count) }
    }

    private func wipe(_ needles: some FormTarget) {
        needles.wipeScratch()
        base.wipe()
        draft.wipe()
        inner.wipe()
        choice.forget()
    }
}

/// What takes the forms of values.
protocol FormTarget: AnyObject {
    /// Rises with each form that is kept.
    var generation: Int { get }

    /// The texts that forms are spelled from.
    var arena: NeedleArena { get }

    /// Takes the first `count` bytes of the spelling of `text`, which `store` gave; see `NeedleSet.insert`.
    func insert(
        _ text: UnsafeBufferPointer<UInt8>, _ spelling: Spelling, count: Int, name: Int, beginning longer: Int?
    ) throws(Failure) -> Int?

    /// The forms that come now are of a part of a value: where that is a value too, its name counts.
    var isPart: Bool { get set }

    /// The values hold others, whose bytes must not decide what counts as a part.
    var isOfHolder: Bool { get }

    /// The forms that come now are made of this text.
    func begin(_ text: Span<UInt8>)

    /// Wipes what the work on the last forms left outside of the tables.
    func wipeScratch()
}

extension FormTarget {
    var isOfHolder: Bool { false }

    func begin(_ text: Span<UInt8>) {}

    /// Copies a text that forms are spelled from.
    func store(_ text: Span<UInt8>) throws(Failure) -> UnsafeBufferPointer<UInt8> {
        try arena.reserve(text.count)
        return unsafe arena.store(text)
    }

    /// Forgets the text that was stored last, which no form needs.
    func takeBack(_ count: Int) { arena.takeBack(count) }
}

/// The forms of one value.
private struct FormWriter<Target: FormTarget> {
    /// What a base text is made into.
    enum Depth { case verbatim, lines, all }

    /// A text in the arena, from which forms are spelled.
    typealias Base = UnsafeBufferPointer<UInt8>

    let needles: Target
    let name: Int
    let base: Draft
    let draft: Draft
    let inner: Draft
    let choice: EncodingChoice

    init(_ forms: Forms, needles: Target, name: Int) {
        (self.needles, self.name) = (needles, name)
        (base, draft, inner, choice) = (forms.base, forms.draft, forms.inner, forms.choice)
    }

    func write(_ value: Base) throws(Failure) {
        let core = unsafe part(value, LineText.trimmed(value.span))
        if core.count < value.count { try unsafe expand(value, .verbatim) }
        try unsafe expand(core, .all)
        guard LineText.hasBreak(unsafe value.span) else {
            guard LineText.isJSON(unsafe core.span) else { return }
            needles.isPart = true
            defer { needles.isPart = false }
            return try unsafe writeSettings(core)
        }
        try writeNewlineVariants(unsafe value.span, hasEncodings: false)
        try writeNewlineVariants(unsafe core.span, hasEncodings: true)
        try unsafe writeLines(core)
    }

    private func part(_ text: Base, _ range: Range<Int>) -> Base { unsafe Base(rebasing: text[range]) }

    // MARK: - Base texts

    /// The whole with LF, with CRLF (both in text encodings too) and with one blank for each line break.
    private func writeNewlineVariants(_ text: Span<UInt8>, hasEncodings: Bool) throws(Failure) {
        for newline in ["\n", "\r\n", " "] as [StaticString] {
            base.clear()
            LineText.write(text, newline: newline, to: base)
            try base.withBytes { (bytes) throws(Failure) in
                guard bytes.count >= Forms.minimumVerbatim else { return }
                needles.begin(bytes)
                try keep(bytes)
                guard hasEncodings, newline.utf8CodeUnitCount > 1 || LineText.hasCR(text) else { return }
                guard unsafe newline.utf8Start[0] != 0x20, bytes.count >= Forms.minimumEncoded else { return }
                try writeTextEncodings(bytes, .all)
                try unsafe writePatterns(bytes, spelledFrom: nil)
            }
        }
    }

    func writeLines(_ text: Base) throws(Failure) {
        needles.isPart = true
        defer { needles.isPart = false }
        var start = 0
        for index in 0...text.count {
            guard unsafe index == text.count || LineBreak.begins(with: text[index]) else { continue }
            let line = unsafe part(text, start..<index)
            start = index + 1
            let core = unsafe part(line, LineText.trimmed(line.span))
            guard LineText.isTelling(unsafe core.span) else { continue }
            if core.count < line.count { try unsafe expand(line, .verbatim) }
            try unsafe expand(core, .lines)
            try unsafe writeSettings(core)
        }
    }

    private func writeSettings(_ line: Base) throws(Failure) {
        guard unsafe !needles.isOfHolder || !LineText.isJSON(line.span) else { return }
        for range in LineText.settings(unsafe line.span) { try unsafe expand(part(line, range), .lines) }
    }

    // MARK: - Encodings

    private func expand(_ text: Base, _ depth: Depth) throws(Failure) {
        guard text.count >= Forms.minimumVerbatim else { return }
        needles.begin(unsafe text.span)
        try unsafe spell(text, .plain, text.count)
        guard depth != .verbatim, text.count >= Forms.minimumEncoded else { return }
        try writeTextEncodings(unsafe text.span, depth)
        if depth == .all { try unsafe writePatterns(text.span, spelledFrom: text) }
        try unsafe spellBase64(text, .standard, (true, true, true), depth)
        // Where it has none of the alphabet's own characters, it is the same.
        let special = unsafe Base64.special(text.span)
        if special.0 || special.1 || special.2 { try unsafe spellBase64(text, .url, special, depth) }
        try unsafe spellHex(text)
    }

    private func spell(_ text: Base, _ spelling: Spelling, _ count: Int) throws(Failure) {
        _ = unsafe try needles.insert(text, spelling, count: count, name: name, beginning: nil)
    }

    /// Adds a form that no spelling makes: its bytes are stored.
    func keep(_ form: Span<UInt8>) throws(Failure) {
        let text = unsafe try needles.store(form)
        do {
            guard unsafe try needles.insert(text, .plain, count: form.count, name: name, beginning: nil) == nil else {
                return
            }
        } catch {
            needles.takeBack(form.count)
            throw error
        }
        needles.takeBack(form.count)
    }

    private func writeTextEncodings(_ text: Span<UInt8>, _ depth: Depth) throws(Failure) {
        let hasRare = depth == .all && text.count <= Forms.maximumRare
        let profile = TextProfile(text, countsJoints: hasRare)
        guard !profile.isUnchanged else { return }
        let room = (text.count + 1) * TextEncoding.maximumExpansion
        try draft.reserve(room)
        try inner.reserve(room)
        for encoding in choice.encodings(for: profile) where hasRare || !TextEncoding.all[encoding].isRare {
            choice.write(text, profile, encoding, scratch: inner, to: draft)
            try draft.withBytes { (form) throws(Failure) in
                // What is read with escapes is shorter.
                if form.count - lostBytes(form, encoding) >= Forms.minimumEncoded { try keep(form) }
            }
        }
    }

    /// How many bytes of a form tell nothing of the value.
    private func lostBytes(_ form: Span<UInt8>, _ encoding: Int) -> Int {
        guard TextEncoding.all[encoding].isLossy else { return 0 }
        return form.indices.reduce(0) { form[$1] == 0x3f ? $0 + 1 : $0 }
    }

    /// What bash traces of a quoted text that it compares as a pattern or searches for as a regular expression.
    ///
    /// No `TextEncoding`: letters change.
    private func writePatterns(_ text: Span<UInt8>, spelledFrom stored: Base?) throws(Failure) {
        guard text.count <= Forms.maximumRare else { return }
        try draft.reserve(text.count * 2)
        let profile = ShellPattern.Profile(text)
        if let stored = unsafe stored, !profile.holdsUnescaped {
            try unsafe spell(stored, .escaped, text.count * 2)
        } else {
            try keepPattern(text, .bytes)
        }
        if profile.hasHigh { try keepPattern(text, .characters) }
        if profile.holdsSpecial { try keepPattern(text, .regularExpression) }
    }

    private func keepPattern(_ text: Span<UInt8>, _ pattern: ShellPattern) throws(Failure) {
        draft.clear()
        pattern.write(text, to: draft)
        try draft.withBytes { (form) throws(Failure) in try keep(form) }
    }

    private func spellHex(_ text: Base) throws(Failure) {
        try unsafe spellHex(text, upper: false)
        try unsafe spellHex(text, upper: true)
    }

    private func spellHex(_ text: Base, upper: Bool) throws(Failure) {
        try unsafe spell(text, .hex(upper: upper, separator: 0), text.count * 2)
        try unsafe spell(text, .hex(upper: upper, separator: 0x20), text.count * 3 - 1)
        try unsafe spell(text, .hex(upper: upper, separator: 0x3a), text.count * 3 - 1)
    }

    /// Adds the base64 at the alignments that are asked for, and the base64 of it where `depth` says so.
    private func spellBase64(
        _ text: Base, _ alphabet: Base64Alphabet, _ asked: (Bool, Bool, Bool), _ depth: Depth
    ) throws(Failure) {
        let whole = Spelling.base64(alphabet, alignment: 0)
        if asked.0 {
            let core = Base64.coreCount(text.count, alignment: 0)
            try unsafe spellWhole(text, whole, core: core, of: text.count)
        }
        if asked.1 { try unsafe spellInside(text, alphabet, alignment: 1) }
        if asked.2 { try unsafe spellInside(text, alphabet, alignment: 2) }
        guard depth == .all else { return }
        // The outer base64, of letters and digits, never has the characters in which the alphabets differ.
        if asked.0 { try unsafe spellTwice(text, alphabet, alignment: 0) }
        if asked.1 { try unsafe spellTwice(text, alphabet, alignment: 1) }
        if asked.2 { try unsafe spellTwice(text, alphabet, alignment: 2) }
        guard asked.0 else { return }
        let inner = Base64.count(text.count, padded: true)
        let core = Base64.coreCount(Base64.coreCount(text.count, alignment: 0), alignment: 0)
        try unsafe spellWhole(text, .base64Twice(whole, innerCount: inner, alignment: 0), core: core, of: inner)
    }

    private func spellInside(_ text: Base, _ alphabet: Base64Alphabet, alignment: Int) throws(Failure) {
        let spelling = Spelling.base64(alphabet, alignment: alignment)
        let core = Base64.coreCount(text.count, alignment: alignment)
        try unsafe spell(text, spelling, core)
        try unsafe spellToTheEnd(text, spelling, core: core, of: text.count, alignment: alignment)
    }

    /// Adds the base64 of what holds another value with the characters at its end that are filled up: where the other one ends
    /// there, its mask may stand for them too.
    private func spellToTheEnd(
        _ text: Base, _ spelling: Spelling, core: Int, of count: Int, alignment: Int
    ) throws(Failure) {
        guard needles.isOfHolder else { return }
        let bare = Base64.count(count, padded: false, alignment: alignment)
        let padded = Base64.count(count, padded: true, alignment: alignment)
        if bare > core { try unsafe spell(text, spelling.whole, bare) }
        if padded > bare { try unsafe spell(text, spelling.whole, padded) }
    }

    /// Adds the base64 of `count` bytes, padded and not, and its beginning that is their own; the longest first.
    private func spellWhole(_ text: Base, _ spelling: Spelling, core: Int, of count: Int) throws(Failure) {
        let (bare, padded) = (Base64.count(count, padded: false), Base64.count(count, padded: true))
        var longest: Int?
        if padded > bare {
            longest = unsafe try needles.insert(text, spelling.whole, count: padded, name: name, beginning: nil)
        }
        if bare > core {
            let number = unsafe try needles.insert(text, spelling.whole, count: bare, name: name, beginning: longest)
            longest = longest ?? number
        }
        _ = unsafe try needles.insert(text, spelling, count: core, name: name, beginning: longest)
    }

    private func spellTwice(_ text: Base, _ alphabet: Base64Alphabet, alignment: Int) throws(Failure) {
        let inner = Base64.coreCount(text.count, alignment: alignment)
        // The one with nothing before it begins the whole.
        for outer in (alignment > 0 ? 0 : 1)..<3 {
            let spelling = Spelling.base64(alphabet, alignment: alignment)
            let core = Base64.coreCount(inner, alignment: outer)
            try unsafe spell(text, .base64Twice(spelling, innerCount: inner, alignment: outer), core)
            let padded = Base64.count(text.count, padded: true, alignment: alignment)
            let whole = Spelling.base64Twice(spelling, innerCount: padded, alignment: outer)
            try unsafe spellToTheEnd(text, whole, core: core, of: padded, alignment: outer)
        }
    }
}
