import Diagnostics
import SecretMemory

/// The text of an environment file (`.env`), taken apart in secret memory: only names ever become text.
///
/// The grammar is what the usual readers of such files share: `NAME=value`, `export NAME=value`, `#` comments; a value in
/// single quotes or backticks as it stands, one in double quotes with `\n`, `\r`, `\t`, `\"`, `\\` and `\$`, both over
/// several lines if need be; one without quotes to the end of the line or to a blank before `#`.
struct DotenvText {
    struct Entry {
        var name: String
        var value: SecretBytes
        var line: Int
    }

    static let maximumNameBytes = 256
    /// What some editors write before the text.
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// In the order of the file; of a name that is set twice the last one.
    private(set) var entries: [Entry] = []
    /// Names that are set to nothing, each with its line.
    private(set) var emptyNames: [(name: String, line: Int)] = []
    /// Names that are set more than once.
    private(set) var repeatedNames: [String] = []
    /// Names whose values hold `${`, which a vault may read as a reference.
    private(set) var referenceNames: [String] = []

    private let file: String
    private let content: SecretBytes
    private let inert: InertText?
    private var line = 1

    /// - Parameter inert: The same text with values of the vault in it that are not taken apart: none ends at a quote, a
    ///   `#` or a line break of its own.
    /// - Throws: `.usage` with the line of what is no setting; never with what stands there.
    init(_ content: SecretBytes, _ file: String, inert: InertText?) throws(Failure) {
        (self.content, self.file, self.inert) = (content, file, inert)
        if let inert {
            try inert.text.withBytes { (bytes) throws(Failure) in try takeLines(bytes) }
        } else {
            try content.withBytes { (bytes) throws(Failure) in try takeLines(bytes) }
        }
    }

    private mutating func takeLines(_ bytes: Span<UInt8>) throws(Failure) {
        var place = 0
        let mark = Self.byteOrderMark
        if bytes.count >= mark.count, mark.indices.allSatisfy({ bytes[$0] == mark[$0] }) { place = mark.count }
        while place < bytes.count { try takeLine(bytes, &place) }
    }

    /// Whether a value of the file is this text.
    func isValue(_ text: String) -> Bool {
        let letters = Array(text.utf8)
        return entries.contains { entry in
            entry.value.withBytes { bytes in
                bytes.count == letters.count && letters.indices.allSatisfy { letters[$0] == bytes[$0] }
            }
        }
    }

    // MARK: - One setting

    private mutating func takeLine(_ bytes: Span<UInt8>, _ place: inout Int) throws(Failure) {
        Self.skipBlanks(bytes, &place)
        guard place < bytes.count, !Self.isLineEnd(bytes[place]), bytes[place] != 35 else {
            return skipLine(bytes, &place)
        }
        let first = line
        let name = try takeName(bytes, &place)
        let value = try SecretBuffer(maximumCount: max(1, content.count))
        let written = try takeValue(bytes, &place, into: value)
        guard !Self.looksLikeBase64(name, value) else {
            line = first
            throw wrong(
                "it looks like base64 with its padding, not like NAME=value", "write a name before it: NAME=value")
        }
        try add(name, value, hasReference: Self.hasReference(bytes, written), first)
    }

    /// A value alone on its line: its end would be taken for an empty setting, and all of it for a name, which is public.
    private static func looksLikeBase64(_ name: String, _ value: SecretBuffer) -> Bool {
        guard value.count <= 1, value.withBytes({ $0.isEmpty || $0[0] == 61 }), name.utf8.count >= 12 else {
            return false
        }
        return name.utf8.contains { (97...122).contains($0) }
            && name.utf8.contains { (48...57).contains($0) || (65...90).contains($0) }
    }

    /// What is made inert is no part of `${`: which of its characters are would be told.
    private static func hasReference(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        range.dropLast().contains { bytes[$0] == 36 && bytes[$0 + 1] == 123 }
    }

    private mutating func add(
        _ name: String, _ buffer: SecretBuffer, hasReference: Bool, _ line: Int
    ) throws(Failure) {
        if let known = entries.firstIndex(where: { $0.name == name }) {
            entries.remove(at: known)
            if !repeatedNames.contains(name) { repeatedNames.append(name) }
        }
        emptyNames.removeAll { $0.name == name }
        referenceNames.removeAll { $0 == name }
        guard buffer.count > 0 else { return emptyNames.append((name, line)) }
        if hasReference { referenceNames.append(name) }
        entries.append(Entry(name: name, value: try buffer.take(), line: line))
    }

    private mutating func takeName(_ bytes: Span<UInt8>, _ place: inout Int) throws(Failure) -> String {
        var name = Self.word(bytes, &place)
        if name == "export", place < bytes.count, Self.isBlank(bytes[place]) {
            Self.skipBlanks(bytes, &place)
            name = Self.word(bytes, &place)
        }
        Self.skipBlanks(bytes, &place)
        guard !name.isEmpty, name.utf8.count <= Self.maximumNameBytes, place < bytes.count, bytes[place] == 61,
            let first = name.utf8.first, !(48...57).contains(first)
        else {
            throw wrong("it is no NAME=value", "a value of several lines has to be in quotes")
        }
        place += 1
        Self.skipBlanks(bytes, &place)
        return name
    }

    /// The names that lines set; an empty one for a line that sets none.
    static func settingNames(_ text: Span<UInt8>) -> Set<String> {
        var names: Set<String> = []
        var start = 0
        for index in 0...text.count where index == text.count || text[index] == 10 || text[index] == 13 {
            names.insert(settingName(text.extracting(start..<index)))
            start = index + 1
        }
        return names
    }

    /// Copies no more than what stands before the sign; empty where the line sets nothing.
    private static func settingName(_ line: Span<UInt8>) -> String {
        guard let sign = line.indices.first(where: { line[$0] == 61 }) else { return "" }
        var words = (0..<sign).map { line[$0] }.split { isBlank($0) }
        if words.count == 2, words[0].elementsEqual("export".utf8) { words.removeFirst() }
        guard words.count == 1 else { return "" }
        return String(decoding: words[0], as: UTF8.self)
    }

    // MARK: - The value

    /// Gives the place where it stands.
    private mutating func takeValue(
        _ bytes: Span<UInt8>, _ place: inout Int, into value: SecretBuffer
    ) throws(Failure) -> Range<Int> {
        guard place < bytes.count, [34, 39, 96].contains(bytes[place]) else {
            return try takePlain(bytes, &place, into: value)
        }
        let quote = bytes[place]
        let first = line
        place += 1
        let start = place
        while place < bytes.count, bytes[place] != quote {
            if let end = inert?.endOfMark(at: place) {
                // How the value reads in double quotes would tell which characters it has.
                guard quote != 34 else {
                    throw InertText.holdsSecret(
                        "\(file.printable):\(line): the line cannot be read",
                        instead: "let the program write it in single quotes; or use the secret itself")
                }
                try append(bytes, place..<end, to: value)
                place = end
                continue
            }
            if bytes[place] == 10 { line += 1 }
            // A line end is one character, however the file writes it.
            if bytes[place] == 13, place + 1 < bytes.count, bytes[place + 1] == 10 { place += 1; continue }
            try value.append(quote == 34 ? Self.unescaped(bytes, &place) : bytes[place])
            place += 1
        }
        guard place < bytes.count else {
            line = first
            throw wrong("the quotes are not closed", "close them; a quote inside double quotes is written \\\"")
        }
        let end = place
        place += 1
        Self.skipBlanks(bytes, &place)
        guard place >= bytes.count || Self.isLineEnd(bytes[place]) || bytes[place] == 35 else {
            throw wrong("something stands behind the quotes", "a quote inside double quotes is written \\\"")
        }
        skipLine(bytes, &place)
        return start..<end
    }

    private mutating func takePlain(
        _ bytes: Span<UInt8>, _ place: inout Int, into value: SecretBuffer
    ) throws(Failure) -> Range<Int> {
        let start = place
        var end = place
        while place < bytes.count, !Self.isLineEnd(bytes[place]) {
            if bytes[place] == 35, place == start || Self.isBlank(bytes[place - 1]) { break }
            place += 1
            if !Self.isBlank(bytes[place - 1]) { end = place }
        }
        try append(bytes, start..<end, to: value)
        // Its other lines would be taken for settings, and their beginnings shown as names.
        guard !Self.begins(bytes, start..<end, with: "-----BEGIN") else {
            throw wrong("a value of several lines has no quotes", "put it into double or single quotes")
        }
        skipLine(bytes, &place)
        return start..<end
    }

    /// Adds what stands there, as it is.
    private func append(_ bytes: Span<UInt8>, _ range: Range<Int>, to value: SecretBuffer) throws(Failure) {
        guard let inert else { return try value.append(bytes.extracting(range)) }
        try content.withBytes { (all) throws(Failure) in try value.append(all.extracting(inert.original(range))) }
    }

    /// The character at `place` of a text in double quotes; moves to the last byte of an escape.
    private static func unescaped(_ bytes: Span<UInt8>, _ place: inout Int) -> UInt8 {
        guard bytes[place] == 92, place + 1 < bytes.count else { return bytes[place] }
        let escapes: [UInt8: UInt8] = [110: 10, 114: 13, 116: 9, 34: 34, 92: 92, 36: 36]
        guard let meant = escapes[bytes[place + 1]] else { return 92 }
        place += 1
        return meant
    }

    // MARK: - Characters

    private mutating func skipLine(_ bytes: Span<UInt8>, _ place: inout Int) {
        while place < bytes.count, bytes[place] != 10 { place += 1 }
        if place < bytes.count { place += 1 }
        line += 1
    }

    private static func skipBlanks(_ bytes: Span<UInt8>, _ place: inout Int) {
        while place < bytes.count, isBlank(bytes[place]) { place += 1 }
    }

    private static func word(_ bytes: Span<UInt8>, _ place: inout Int) -> String {
        let start = place
        while place < bytes.count, isNameByte(bytes[place]) { place += 1 }
        return String(decoding: (start..<min(place, start + maximumNameBytes + 1)).map { bytes[$0] }, as: UTF8.self)
    }

    private static func begins(_ bytes: Span<UInt8>, _ range: Range<Int>, with text: StaticString) -> Bool {
        text.withUTF8Buffer { letters in
            range.count >= letters.count
                && !letters.indices.contains { unsafe bytes[range.lowerBound + $0] != letters[$0] }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        byte == 95 || byte == 46 || byte == 45 || (48...57).contains(byte) || (65...90).contains(byte)
            || (97...122).contains(byte)
    }

    private func wrong(_ reason: String, _ hint: String) -> Failure {
        Failure(.usage, "\(file.printable):\(line): the line cannot be read", reason: reason, hint: hint)
    }
}
