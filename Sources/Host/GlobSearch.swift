import CSystemShims
import Diagnostics

/// Finds the paths that a pattern means: `*`, `?`, `[…]` within a name, `**` for any number of folders.
///
/// Names are matched as a script may see them, masked: otherwise it could ask for the names that begin as it guesses.
/// Folders that cannot be read, or may not, are passed over, and `**` follows no link.
struct GlobSearch {
    private let call: FileCall
    private let showsHidden: Bool
    private var wantsFolders = false
    private var found: Set<[UInt8]> = []
    private var looked = 0
    /// Comparisons that are left: a long pattern against many long names could hold up the host.
    private var steps = 10_000_000

    init(call: FileCall, showsHidden: Bool) {
        self.call = call
        self.showsHidden = showsHidden
    }

    /// The paths, in no order.
    mutating func run() throws(Failure) -> [[UInt8]] {
        var parts = try call.path.split(separator: 47).map { (part) throws(Failure) in try GlobPart(Array(part), call) }
        // Each takes a part of the stack.
        guard parts.count <= FileService.maximumDepth else { throw tooMuch }
        wantsFolders = call.path.last == 47
        // `**` at the end means all that is there.
        if parts.last?.isDeep == true { parts.append(.anything) }
        let isAbsolute = call.path.first == 47
        let start = try call.place(isAbsolute ? [47] : [46])
        guard !parts.isEmpty else { return [[47]] }
        try expand(start.folder, isAbsolute ? [47] : [], parts[...], depth: 0)
        guard steps >= 0 else { throw tooMuch }
        return Array(found)
    }

    private mutating func expand(
        _ folder: OpenFile, _ prefix: [UInt8], _ parts: ArraySlice<GlobPart>, depth: Int
    ) throws(Failure) {
        guard let part = parts.first else { return }
        let rest = parts.dropFirst()
        switch part {
        case .plain(let name): try take(name, folder, prefix, rest, depth)
        case .pattern(let pattern):
            for (name, isFolder) in try names(folder) where isFolder != false || (rest.isEmpty && !wantsFolders) {
                guard isShown(name, pattern), pattern.matches(call.masked(name), &steps) else { continue }
                try take(name, folder, prefix, rest, depth)
            }
        case .deep:
            try expand(folder, prefix, rest, depth: depth)
            try descend(folder, prefix, parts, depth)
        }
    }

    /// The same parts in every folder below.
    private mutating func descend(
        _ folder: OpenFile, _ prefix: [UInt8], _ parts: ArraySlice<GlobPart>, _ depth: Int
    ) throws(Failure) {
        guard depth < FileService.maximumDepth else { throw tooMuch }
        for (name, isFolder) in try names(folder) where isFolder != false {
            guard showsHidden || name.first != 46, let below = step(name, folder, followsLast: false), below.isFolder
            else {
                continue
            }
            try expand(below, prefix + name + [47], parts, depth: depth + 1)
        }
    }

    /// One name that fits: a find, or the folder to go on in.
    private mutating func take(
        _ name: [UInt8], _ folder: OpenFile, _ prefix: [UInt8], _ rest: ArraySlice<GlobPart>, _ depth: Int
    ) throws(Failure) {
        guard let file = step(name, folder, followsLast: !rest.isEmpty || wantsFolders) else { return }
        guard rest.isEmpty else {
            if file.isFolder { try expand(file, prefix + name + [47], rest, depth: depth) }
            return
        }
        guard file.isFolder || !wantsFolders else { return }
        found.insert(prefix + name + (wantsFolders ? [47] : []))
        guard found.count <= FileService.maximumNames else { throw tooMuch }
    }

    private func step(_ name: [UInt8], _ folder: OpenFile, followsLast: Bool) -> OpenFile? {
        let walk = FileWalk(protection: call.protection)
        return try? walk.resolve(name, from: folder, followsLast: followsLast).file
    }

    private func isShown(_ name: [UInt8], _ pattern: GlobPattern) -> Bool {
        name.first != 46 || showsHidden || pattern.beginsWithDot
    }

    private mutating func names(_ folder: OpenFile) throws(Failure) -> [([UInt8], Bool?)] {
        var names: [([UInt8], Bool?)] = []
        let room = FileService.maximumEntries - looked
        _ = folder.forEachName { name, isFolder in
            names.append((name, isFolder))
            return names.count <= room
        }
        looked += names.count + 1
        guard steps >= 0, looked <= FileService.maximumEntries else { throw tooMuch }
        return names
    }

    private var tooMuch: Failure {
        Failure(
            .limit, "fs.glob: \(call.path.shownPath) means too much",
            reason:
                "one call looks at \(FileService.maximumEntries) entries, finds \(FileService.maximumNames) and goes "
                + "\(FileService.maximumDepth) levels deep at most",
            hint: "begin in a folder further down, or let a program do it: spawn{ \"find\", …, capture = true }")
    }
}

/// What stands between two slashes of a pattern.
enum GlobPart {
    case plain([UInt8])
    case pattern(GlobPattern)
    case deep

    static let anything = GlobPart.pattern(GlobPattern(signs: [.star]))

    init(_ text: [UInt8], _ call: FileCall) throws(Failure) {
        if text == [42, 42] {
            self = .deep
            return
        }
        guard text.contains(where: { [42, 63, 91, 92].contains($0) }) else {
            self = .plain(text)
            return
        }
        let pattern = try GlobPattern(text, call)
        self = pattern.plainText.map { .plain($0) } ?? .pattern(pattern)
    }

    var isDeep: Bool {
        if case .deep = self { return true }
        return false
    }
}

/// A pattern for one name. It is compared character by character; what is no UTF-8 counts as U+FFFD.
struct GlobPattern {
    enum Sign: Equatable {
        case star
        case any
        case character(UInt32)
        case set([ClosedRange<UInt32>], isNegated: Bool)

        func fits(_ character: UInt32) -> Bool {
            switch self {
            case .star, .any: true
            case .character(let own): own == character
            case .set(let ranges, let isNegated): ranges.contains { $0.contains(character) } != isNegated
            }
        }
    }

    let signs: [Sign]

    init(signs: [Sign]) { self.signs = signs }

    init(_ text: [UInt8], _ call: FileCall) throws(Failure) {
        let characters = Self.characters(text)
        var signs: [Sign] = []
        var place = 0
        while place < characters.count {
            switch characters[place] {
            case 42: if signs.last != .star { signs.append(.star) }
            case 63: signs.append(.any)
            case 91: signs.append(try Self.set(characters, &place, call))
            case 92 where place + 1 < characters.count:
                place += 1
                signs.append(.character(characters[place]))
            case let character: signs.append(.character(character))
            }
            place += 1
        }
        self.signs = signs
    }

    private static func characters(_ text: [UInt8]) -> [UInt32] {
        String(decoding: text, as: UTF8.self).unicodeScalars.map(\.value)
    }

    /// A set from `[` to `]`; leaves `place` at its end.
    private static func set(_ text: [UInt32], _ place: inout Int, _ call: FileCall) throws(Failure) -> Sign {
        var ranges: [ClosedRange<UInt32>] = []
        var next = place + 1
        let isNegated = next < text.count && (text[next] == 33 || text[next] == 94)
        if isNegated { next += 1 }
        let first = next
        while next < text.count, text[next] != 93 || next == first {
            let low = text[next]
            if next + 2 < text.count, text[next + 1] == 45, text[next + 2] != 93 {
                guard low <= text[next + 2] else { throw malformed("a range in brackets runs backwards", call) }
                ranges.append(low...text[next + 2])
                next += 3
            } else {
                ranges.append(low...low)
                next += 1
            }
        }
        guard next < text.count else { throw malformed("a [ is not closed", call) }
        place = next
        return .set(ranges, isNegated: isNegated)
    }

    private static func malformed(_ reason: String, _ call: FileCall) -> Failure {
        Failure(
            .usage, "fs.glob: \(call.path.shownPath) is no pattern", reason: reason,
            hint: "put \\ before a character that is meant itself (in Lua: \"\\\\[\")")
    }

    var beginsWithDot: Bool { signs.first == .character(46) }

    /// The one name that fits, where no sign leaves a choice.
    var plainText: [UInt8]? {
        var text = String.UnicodeScalarView()
        for sign in signs {
            guard case .character(let value) = sign, let scalar = Unicode.Scalar(value) else { return nil }
            text.append(scalar)
        }
        return Array(String(text).utf8)
    }

    /// Whether all of `name` fits. A star takes back what it gave only to the latest star, so the time is bounded by the
    /// product of both lengths.
    ///
    /// - Parameter steps: How many comparisons may still be made; once it is below zero the answer is false.
    func matches(_ name: [UInt8], _ steps: inout Int) -> Bool {
        let text = Self.characters(name)
        var place = 0
        var sign = 0
        var retry: (sign: Int, place: Int)?
        while place < text.count {
            steps -= 1
            guard steps >= 0 else { return false }
            if sign < signs.count, signs[sign] == .star {
                retry = (sign + 1, place)
                sign += 1
            } else if sign < signs.count, signs[sign].fits(text[place]) {
                place += 1
                sign += 1
            } else if let last = retry {
                retry = (last.sign, last.place + 1)
                (sign, place) = (last.sign, last.place + 1)
            } else {
                return false
            }
        }
        return signs[sign...].allSatisfy { $0 == .star }
    }
}
