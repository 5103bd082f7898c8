import HostProtocol

/// The recipe that a script's text shows to people, who may have judged the script by it.
public struct ShownRecipe: Sendable {
    /// The keys that limit a run.
    public static let keys = ["secrets", "programs", "hosts"]

    /// One entry of a list. Two are the same byte for byte: texts that look the same to a person are none.
    public enum Entry: Equatable, Sendable {
        case text(String)
        /// Such as `{ name = "KEY", path = "/web" }`.
        case table([String: String])
        /// What no list may hold: the same as nothing, itself included.
        case other

        /// Whether they are the same byte for byte.
        public static func == (left: Entry, right: Entry) -> Bool {
            switch (left, right) {
            case (.text(let one), .text(let other)): one.utf8.elementsEqual(other.utf8)
            case (.table(let one), .table(let other)): bytes(of: one) == bytes(of: other)
            default: false
            }
        }

        private static func bytes(of table: [String: String]) -> [[UInt8]: [UInt8]] {
            table.reduce(into: [:]) { $0[Array($1.key.utf8)] = Array($1.value.utf8) }
        }
    }

    /// Whether it can be declared.
    enum Standing {
        /// Where a reader of the text takes it for the script's.
        case inPlace
        /// In a block or an expression, or a function of the script's own.
        case misplaced
        /// In the same lines as another call that may declare one.
        case crowded
        /// In a text that cannot be read: where it stands, if it does, and what it says is not known.
        case unread
    }

    /// The line where it stands.
    public var line: Int { lines.lowerBound }
    private let lines: ClosedRange<Int>
    private let lists: [String: [Entry]]
    let standing: Standing

    /// Makes one.
    ///
    /// - Parameters:
    ///   - lines: Those that Lua may name as the line of its call.
    ///   - lists: What stands there under a key: empty where nothing does, absent where it has to be run to be known.
    public init(lines: ClosedRange<Int>, lists: [String: [Entry]]) {
        self.lines = lines
        self.lists = lists
        standing = .inPlace
    }

    /// One in a block or an expression, or a function of the script's own: nothing is declared by it.
    public init(misplacedIn line: Int) {
        lines = line...line
        lists = [:]
        standing = .misplaced
    }

    /// One in the same lines as another call that may declare one: nothing is declared by either.
    public init(crowdedIn line: Int) {
        lines = line...line
        lists = [:]
        standing = .crowded
    }

    /// One that may stand in a text which cannot be read, and names it in this line first: none is declared there.
    public init(unreadIn line: Int) {
        lines = line...line
        lists = [:]
        standing = .unread
    }

    /// Whether a call by its name in `line` of the script itself is the one that stands there.
    func isDeclared(in line: Int?) -> Bool { line.map(lines.contains) ?? false }

    /// The first key under which `declaration` has something else than the text shows; nil where there is none.
    func difference(from declaration: Value) -> String? {
        Self.keys.first { key in
            lists[key].map { $0 != Self.entries(declaration[key] ?? .null) } ?? false
        }
    }

    private static func entries(_ value: Value) -> [Entry] {
        switch value {
        case .null: []
        case .list(let items): items.map(entry)
        default: [.other]
        }
    }

    private static func entry(_ value: Value) -> Entry {
        switch value {
        case .bytes(let bytes): return String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .other
        case .map(let fields):
            var table: [String: String] = [:]
            for field in fields {
                guard case .bytes(let key) = field.key, case .bytes(let value) = field.value,
                    let name = String(validating: key, as: UTF8.self),
                    let text = String(validating: value, as: UTF8.self)
                else { return .other }
                table[name] = text
            }
            return .table(table)
        default: return .other
        }
    }
}
