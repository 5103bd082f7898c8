/// Everything that a script finds beside Lua's syntax: one table, from which the reference, the annotations for editors,
/// the completions and what `vaultscript check` knows are made. A test compares it with the running worker.
public struct API: Sendable {
    /// A part of the reference.
    public struct Section: Sendable {
        /// Its heading.
        public var title: String
        /// What stands below the heading.
        public var doc: String
        /// The globals it describes, in their order.
        public var members: [Member]
        /// The objects it describes.
        public var objects: [Object] = []
        /// The modules of the standard library it describes.
        public var modules: [Library] = []
        /// The option tables its functions take.
        public var options: [OptionTable] = []
    }

    /// A global, or a field of a library.
    public enum Member: Sendable {
        case function(Function)
        case library(Library)
        case constant(Constant)

        /// Its name.
        public var name: String {
            switch self {
            case .function(let function): function.name
            case .library(let library): library.name
            case .constant(let constant): constant.name
            }
        }
    }

    /// A table of functions and constants.
    public struct Library: Sendable {
        /// The global's name, or the module's.
        public var name: String
        /// One sentence.
        public var doc: String
        /// Its fields.
        public var members: [Member]

        /// The field of that name.
        public func member(_ name: String) -> Member? { members.first { $0.name == name } }
    }

    /// A value that is no function.
    public struct Constant: Sendable {
        /// The name without the library.
        public var name: String
        /// What it is.
        public var type: ValueType
        /// One sentence.
        public var doc: String
    }

    /// What a script can hold besides Lua's own values, and tables that the program gives.
    public struct Object: Sendable {
        /// The name, as types use it.
        public var name: String
        /// One sentence.
        public var doc: String
        /// Its methods.
        public var methods: [Function] = []
        /// The fields of a table that the program gives.
        public var fields: [Option] = []
        /// Whether it is a userdata, which refuses what it does not have; else a plain table.
        public var isOpaque: Bool
        /// What fields of other names hold; nil where there are none.
        public var others: ValueType? = nil
    }

    /// The sections, in the order of the reference.
    public let sections: [Section]

    private let globals: [String: Member]
    private let objects: [String: Object]
    private let modules: [String: Library]
    private let optionTables: [String: OptionTable]

    /// Puts the table together; a name that stands twice is a fault of the table.
    init(_ sections: [Section]) {
        self.sections = sections
        globals = Self.byName(sections.flatMap(\.members), \.name)
        globalNames = globals.keys.sorted()
        objects = Self.byName(sections.flatMap(\.objects), \.name)
        modules = Self.byName(sections.flatMap(\.modules), \.name)
        optionTables = Self.byName(sections.flatMap(\.options), \.name)
    }

    private static func byName<T>(_ items: [T], _ name: (T) -> String) -> [String: T] {
        Dictionary(uniqueKeysWithValues: items.map { (name($0), $0) })
    }

    // MARK: - Looking up

    /// The names of all globals, sorted.
    public let globalNames: [String]
    /// The names of the modules of the standard library, sorted.
    public var moduleNames: [String] { modules.keys.sorted() }
    /// All objects, sorted by name.
    public var allObjects: [Object] { objects.values.sorted { $0.name < $1.name } }
    /// All option tables, sorted by name.
    public var allOptionTables: [OptionTable] { optionTables.values.sorted { $0.name < $1.name } }

    /// The global of that name.
    public func global(_ name: String) -> Member? { globals[name] }
    /// The object of that name.
    public func object(_ name: String) -> Object? { objects[name] }
    /// The module of the standard library of that name.
    public func module(_ name: String) -> Library? { modules[name] }
    /// The option table of that name.
    public func optionTable(_ name: String) -> OptionTable? { optionTables[name] }
}

/// A function or a method: its parameters and results are read from one line such as
/// `write(path: string, text: text, options?: WriteOptions)`.
public struct Function: Equatable, Sendable {
    /// One parameter.
    public struct Parameter: Equatable, Sendable {
        /// Its name; `...` for any number.
        public var name: String
        /// What may stand there.
        public var type: ValueType
        /// Whether it may be left out.
        public var isOptional: Bool
    }

    /// The name without the library.
    public var name: String
    /// In their order; a method's without the object.
    public var parameters: [Parameter]
    /// The types of the results.
    public var results: [ValueType]
    /// One sentence or two.
    public var doc: String
    /// For a name of Lua's that scripts do not have: what to write instead.
    public var instead: String?

    /// Reads a signature.
    // Not inlined: the table has hundreds of these, and the compiler would take minutes over them.
    @inline(never)
    init(_ signature: String, _ doc: String, instead: String? = nil) {
        var reader = NotationReader(signature)
        name = reader.word()
        parameters = reader.skip("(") ? reader.parameters() : []
        results = reader.skip(": ") ? reader.types() : []
        precondition(reader.isAtEnd, "the signature \(signature) of the API table cannot be read")
        self.doc = doc
        self.instead = instead
    }
}

extension NotationReader {
    fileprivate mutating func parameters() -> [Function.Parameter] {
        var list: [Function.Parameter] = []
        while !skip(")") && !isAtEnd {
            let name = skip("...") ? "..." : word()
            let isOptional = skip("?") || name == "..."
            let type = skip(": ") ? type() : .any
            list.append(Function.Parameter(name: name, type: type, isOptional: isOptional))
            _ = skip(", ")
        }
        return list
    }

    fileprivate mutating func types() -> [ValueType] {
        var list = [type()]
        while skip(", ") { list.append(type()) }
        return list
    }
}

/// One option: read from `name: type`, where `name!` says that it cannot be left out.
public struct Option: Sendable {
    /// The key.
    public var name: String
    /// What may stand there.
    public var type: ValueType
    /// Whether it cannot be left out.
    public var isRequired: Bool
    /// What is taken when it is left out, as the reference shows it.
    public var standard: String?
    /// One sentence.
    public var doc: String

    /// Reads an option.
    // Not inlined: the table has hundreds of these, and the compiler would take minutes over them.
    @inline(never)
    init(_ notation: String, _ doc: String, default standard: String? = nil) {
        var reader = NotationReader(notation)
        name = reader.word()
        isRequired = reader.skip("!")
        let isWritten = reader.skip(": ")
        type = reader.type()
        precondition(isWritten && reader.isAtEnd, "the option \(notation) of the API table cannot be read")
        self.standard = standard
        self.doc = doc
    }
}

/// A table of options that a function takes.
public struct OptionTable: Sendable {
    /// The name, as types use it.
    public var name: String
    /// The function it belongs to, as errors name it.
    public var owner: String
    /// What may stand under 1, 2, …; nil when nothing may.
    public var positional: ValueType?
    /// The options.
    public var options: [Option]
    /// Whether other keys are of the script's own, of this type.
    public var others: ValueType?

    /// Puts one together.
    // Not inlined: the table has hundreds of these, and the compiler would take minutes over them.
    @inline(never)
    init(_ name: String, of owner: String, positional: String? = nil, others: String? = nil, _ options: [Option]) {
        self.name = name
        self.owner = owner
        self.positional = positional.map { ValueType($0) }
        self.others = others.map { ValueType($0) }
        self.options = options
    }

    /// The option of that name.
    public func option(_ name: String) -> Option? { options.first { $0.name == name } }
}
