import HostProtocol

/// The recipe that a script's text shows to people, who may have judged the script by it.
public struct ShownRecipe: Sendable {
    /// The keys that limit a run.
    public static let keys = ["secrets", "programs", "hosts"]

    /// One entry of a list.
    public enum Entry: Equatable, Sendable {
        case text(String)
        /// Such as `{ name = "KEY", path = "/web" }`.
        case table([String: String])
        /// What no list may hold.
        case other
    }

    /// The line where it stands.
    public let line: Int
    private let lists: [String: [Entry]]
    /// Whether it stands where a reader of the text takes it for the script's; else it cannot be declared.
    let isInPlace: Bool

    /// Makes one.
    ///
    /// - Parameter lists: What stands there under a key: empty where nothing does, absent where it is no literal.
    public init(line: Int, lists: [String: [Entry]]) {
        self.line = line
        self.lists = lists
        isInPlace = true
    }

    /// One in a block or an expression, or a function of the script's own: nothing is declared by it.
    public init(misplacedIn line: Int) {
        self.line = line
        lists = [:]
        isInPlace = false
    }

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
        case .bytes(let bytes): return .text(String(decoding: bytes, as: UTF8.self))
        case .map(let fields):
            var table: [String: String] = [:]
            for field in fields {
                guard case .bytes(let key) = field.key, let text = field.value.asText else { return .other }
                table[String(decoding: key, as: UTF8.self)] = text
            }
            return .table(table)
        default: return .other
        }
    }
}
