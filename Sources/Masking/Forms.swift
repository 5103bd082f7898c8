import Diagnostics

/// Makes every form of a value: docs/masking-forms.md, row by row.
struct Forms {
    /// The fewest bytes of a value that is masked as it stands.
    static let minimumVerbatim = 4
    /// The fewest bytes of a text whose encodings are masked, and of a line that is.
    static let minimumEncoded = 8

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
    func add(_ value: Span<UInt8>, name: Int, to needles: NeedleSet) throws(Failure) {
        let room = value.count * TextEncoding.maximumExpansion + 64
        try base.reserve(room)
        try draft.reserve(room)
        try inner.reserve(room)
        defer { wipe() }
        let before = needles.generation
        let text = unsafe try needles.store(value)
        let writer = FormWriter(self, needles: needles, name: name)
        do {
            try unsafe writer.write(text)
        } catch {
            if needles.generation == before { needles.takeBack(value.count) }
            throw error
        }
        if needles.generation == before { needles.takeBack(value.count) }
    }

    private func wipe() {
        base.wipe()
        draft.wipe()
        inner.wipe()
        choice.forget()
    }
}

/// The forms of one value.
private struct FormWriter {
    /// What a base text is made into.
    enum Depth { case verbatim, lines, all }

    /// A text in the arena, from which forms are spelled.
    typealias Base = UnsafeBufferPointer<UInt8>

    let needles: NeedleSet
    let name: Int
    let base: Draft
    let draft: Draft
    let inner: Draft
    let choice: EncodingChoice

    init(_ forms: Forms, needles: NeedleSet, name: Int) {
        (self.needles, self.name) = (needles, name)
        (base, draft, inner, choice) = (forms.base, forms.draft, forms.inner, forms.choice)
    }

    func write(_ value: Base) throws(Failure) {
        let core = unsafe part(value, LineText.trimmed(value.span))
        try unsafe expand(value, .verbatim)
        try unsafe expand(core, .all)
        guard LineText.hasBreak(unsafe value.span) else { return }
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
                try keep(bytes)
                guard hasEncodings, newline.utf8CodeUnitCount > 1 || LineText.hasCR(text) else { return }
                guard unsafe newline.utf8Start[0] != 0x20, bytes.count >= Forms.minimumEncoded else { return }
                try writeTextEncodings(bytes)
            }
        }
    }

    private func writeLines(_ text: Base) throws(Failure) {
        var start = 0
        for index in 0...text.count {
            guard unsafe index == text.count || LineBreak.begins(with: text[index]) else { continue }
            let line = unsafe part(text, start..<index)
            start = index + 1
            let core = unsafe part(line, LineText.trimmed(line.span))
            guard LineText.isTelling(unsafe core.span) else { continue }
            try unsafe expand(line, .verbatim)
            try unsafe expand(core, .lines)
            for range in LineText.settings(unsafe core.span) { try unsafe expand(part(core, range), .lines) }
        }
    }

    // MARK: - Encodings

    private func expand(_ text: Base, _ depth: Depth) throws(Failure) {
        guard text.count >= Forms.minimumVerbatim else { return }
        try unsafe spell(text, .plain, text.count)
        guard depth != .verbatim, text.count >= Forms.minimumEncoded else { return }
        try writeTextEncodings(unsafe text.span)
        for alphabet in [Base64Alphabet.standard, .url] {
            try unsafe spellBase64(text, alphabet)
            if depth == .all { try unsafe spellBase64Twice(text, alphabet) }
        }
        try unsafe spellHex(text)
    }

    private func spell(_ text: Base, _ spelling: Spelling, _ count: Int) throws(Failure) {
        _ = unsafe try needles.insert(text, spelling, count: count, name: name)
    }

    /// Adds a form that no spelling makes: its bytes are stored.
    private func keep(_ form: Span<UInt8>) throws(Failure) {
        let text = unsafe try needles.store(form)
        do {
            guard unsafe try needles.insert(text, .plain, count: form.count, name: name) == nil else { return }
        } catch {
            needles.takeBack(form.count)
            throw error
        }
        needles.takeBack(form.count)
    }

    private func writeTextEncodings(_ text: Span<UInt8>) throws(Failure) {
        guard !TextEncoding.leavesAlone(text) else { return }
        for encoding in choice.encodings(for: TextProfile(text)) {
            draft.clear()
            encoding.write(text, scratch: inner, to: draft)
            try draft.withBytes { (form) throws(Failure) in try keep(form) }
        }
    }

    private func spellHex(_ text: Base) throws(Failure) {
        for upper in [false, true] {
            try unsafe spell(text, .hex(upper: upper, separator: 0), text.count * 2)
            for separator in [0x20, 0x3a] as [UInt8] {
                try unsafe spell(text, .hex(upper: upper, separator: separator), text.count * 3 - 1)
            }
        }
    }

    /// The longest first: the others are its beginnings.
    private func spellBase64(_ text: Base, _ alphabet: Base64Alphabet) throws(Failure) {
        for alignment in 0..<3 where unsafe isOwn(text, alphabet, alignment) {
            let spelling = Spelling.base64(alphabet, alignment: alignment)
            var counts = [Base64.coreCount(text.count, alignment: alignment)]
            if alignment == 0 { counts += [false, true].map { Base64.count(text.count, padded: $0) } }
            try unsafe spell(text, spelling, counts)
        }
    }

    /// Adds the beginnings of one spelling; the counts rise.
    private func spell(_ text: Base, _ spelling: Spelling, _ counts: [Int]) throws(Failure) {
        var longest: Int?
        for (place, count) in counts.enumerated().reversed() where place == 0 || counts[place - 1] < count {
            let number = unsafe try needles.insert(text, spelling, count: count, name: name, beginning: longest)
            longest = longest ?? number
        }
    }

    /// Whether the alphabet makes a difference: it has two characters of its own.
    private func isOwn(_ text: Base, _ alphabet: Base64Alphabet, _ alignment: Int) -> Bool {
        guard alphabet == .url else { return true }
        return unsafe Base64.hasSpecial(text.span, alignment: alignment)
    }

    private func spellBase64Twice(_ text: Base, _ alphabet: Base64Alphabet) throws(Failure) {
        // The outer base64, of letters and digits, never has the two characters.
        for alignment in 0..<3 where unsafe isOwn(text, alphabet, alignment) {
            let inner = Base64.coreCount(text.count, alignment: alignment)
            // The one with nothing before it begins the whole, below.
            for outer in 0..<3 where alignment > 0 || outer > 0 {
                let spelling = Spelling.base64(alphabet, alignment: alignment)
                let count = Base64.coreCount(inner, alignment: outer)
                try unsafe spell(text, .base64Twice(spelling, innerCount: inner, alignment: outer), count)
            }
        }
        guard unsafe isOwn(text, alphabet, 0) else { return }
        let inner = Base64.count(text.count, padded: true)
        let whole = Spelling.base64Twice(.base64(alphabet, alignment: 0), innerCount: inner, alignment: 0)
        let core = Base64.coreCount(Base64.coreCount(text.count, alignment: 0), alignment: 0)
        try unsafe spell(text, whole, [core] + [false, true].map { Base64.count(inner, padded: $0) })
    }
}
