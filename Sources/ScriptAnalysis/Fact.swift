/// What is known of a value without running anything.
enum Fact: Equatable {
    case unknown
    case nothing
    case boolean(Bool?)
    case number
    /// A text, known or not.
    case text(String?)
    /// Some table or function of the script's own.
    case table
    case function
    /// A function of the API by its full name, such as `fs.read`.
    case apiFunction(String, Function)
    /// A library, a module or the table of globals.
    case library(String, API.Library)
    case secret
    /// A table of handles by name.
    case secrets
    /// An object of the API.
    case object(API.Object, Details)

    /// What more is known of an object.
    struct Details: Equatable {
        /// What the standard output of a program is; nil when not known.
        var output: Output?
        enum Output { case text, secret }
    }

    static func == (left: Fact, right: Fact) -> Bool {
        switch (left, right) {
        case (.unknown, .unknown), (.nothing, .nothing), (.number, .number), (.table, .table), (.function, .function),
            (.secret, .secret), (.secrets, .secrets):
            true
        case (.boolean(let a), .boolean(let b)): a == b
        case (.text(let a), .text(let b)): a == b
        case (.apiFunction(let a, _), .apiFunction(let b, _)): a == b
        case (.library(let a, _), .library(let b, _)): a == b
        case (.object(let a, let x), .object(let b, let y)): a.name == b.name && x == y
        default: false
        }
    }

    /// What is known of a value that is one or the other.
    func joined(_ other: Fact) -> Fact {
        switch (self, other) {
        case (let a, let b) where a == b: return a
        case (.nothing, let b): return b
        case (let a, .nothing): return a
        case (.text, .text): return .text(nil)
        case (.boolean, .boolean): return .boolean(nil)
        case (.object(let a, _), .object(let b, _)) where a.name == b.name: return .object(a, Details())
        default: return .unknown
        }
    }

    /// How errors name it.
    var described: String {
        switch self {
        case .unknown: "something"
        case .nothing: "nil"
        case .boolean(let truth): truth.map { "\($0)" } ?? "a boolean"
        case .number: "a number"
        case .text(let text): text.map { $0.count <= 60 ? "\"\($0)\"" : "a text" } ?? "a text"
        case .table, .secrets: "a table"
        case .function, .apiFunction: "a function"
        case .library(let name, _): "the library \(name)"
        case .secret: "a secret"
        case .object(let object, _): "a \(object.name.lowercased())"
        }
    }
}

extension API {
    /// What is known of a value of a type.
    func fact(_ type: ValueType) -> Fact {
        switch type.withoutNothing {
        case .boolean: .boolean(nil)
        case .no: .boolean(false)
        case .number, .integer: .number
        case .string, .literal: .text(nil)
        case .table, .list: .table
        case .function: .function
        case .secret: .secret
        case .map(.secret): .secrets
        case .map: .table
        case .named(let name): object(name).map { .object($0, Fact.Details()) } ?? .unknown
        case .nothing: .nothing
        case .either(let parts) where parts.allSatisfy(\.isText): .text(nil)
        default: .unknown
        }
    }

    /// What is known of a member of a library whose name stands before its own.
    func fact(_ member: Member, in library: String) -> Fact {
        let path = library.isEmpty ? member.name : library + "." + member.name
        switch member {
        case .function(let function): return .apiFunction(path, function)
        case .library(let library): return .library(path, library)
        case .constant(let constant): return fact(constant.type)
        }
    }
}

extension ValueType {
    fileprivate var isText: Bool {
        switch self {
        case .string, .literal: true
        default: false
        }
    }
}
