/// A whole script, read.
struct Chunk {
    var block: Block
    /// All local variables of the script; the syntax names them by their place here.
    var variables: [Variable]
    /// The first part of it that nothing is known of.
    var opaque: Span?
}

/// A local variable: one declaration, whatever its name is elsewhere.
struct Variable {
    enum Kind { case local, parameter, loop }
    var name: String
    var span: Span
    var kind: Kind
    /// Declared with `<const>` or `<close>`, or of a `for`.
    var isConstant = false
}

/// The place of a local variable in `Chunk.variables`.
typealias VariableID = Int

struct Block {
    var statements: [Statement] = []
}

struct Statement {
    indirect enum Kind {
        case local([VariableID], [Expression])
        case assign([Expression], [Expression])
        case call(Expression)
        case block(Block)
        case whileLoop(Expression, Block)
        case repeatLoop(Block, Expression)
        case conditional([Branch], otherwise: Block?)
        case numericFor(VariableID, [Expression], Block)
        case genericFor([VariableID], [Expression], Block)
        case function(Expression, FunctionBody)
        case localFunction(VariableID, FunctionBody)
        case giveBack([Expression])
        /// `break`, `goto` and labels: the parser has judged them.
        case jump
    }

    struct Branch {
        var condition: Expression
        var block: Block
    }

    var kind: Kind
    var span: Span
}

struct FunctionBody {
    var parameters: [VariableID]
    var isVariadic: Bool
    var block: Block
    /// How many levels its deepest expression has.
    var depth: Int
}

/// A word that names a field, a method or a global.
struct Name: Equatable {
    var text: String
    var span: Span
}

struct Expression {
    indirect enum Kind {
        case none
        case boolean(Bool)
        case number(isInteger: Bool)
        case string([UInt8])
        case varargs
        case function(FunctionBody)
        case table([TableField])
        case local(VariableID)
        case global(Name)
        case field(Expression, Name)
        case index(Expression, Expression)
        case call(Expression, [Expression])
        case method(Expression, Name, [Expression])
        case unary(UnaryOperator, Expression)
        case binary(BinaryOperator, Expression, Expression)
        case parenthesized(Expression)
        /// The beginning of a chain that is too long to be looked at: nothing is known of it.
        case opaque
    }

    var kind: Kind
    var span: Span
    /// How many levels there are below; bounds the recursion of whoever walks it.
    var depth = 1
}

struct TableField {
    enum Key {
        case none
        case name(Name)
        case expression(Expression)
    }
    var key: Key
    var value: Expression

    /// The deeper of the two.
    var depth: Int {
        if case .expression(let key) = key { max(key.depth, value.depth) } else { value.depth }
    }
}

enum UnaryOperator: String {
    case minus = "-"
    case not = "not"
    case length = "#"
    case complement = "~"
}

enum BinaryOperator: String {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "^"
    case concatenate = ".."
    case equal = "=="
    case unequal = "~="
    case less = "<"
    case lessEqual = "<="
    case greater = ">"
    case greaterEqual = ">="
    case and
    case or
    case bitAnd = "&"
    case bitOr = "|"
    case bitXor = "~"
    case shiftLeft = "<<"
    case shiftRight = ">>"

    /// How tightly it binds to its left and its right.
    var priority: (left: Int, right: Int) {
        switch self {
        case .or: (1, 1)
        case .and: (2, 2)
        case .equal, .unequal, .less, .lessEqual, .greater, .greaterEqual: (3, 3)
        case .bitOr: (4, 4)
        case .bitXor: (5, 5)
        case .bitAnd: (6, 6)
        case .shiftLeft, .shiftRight: (7, 7)
        case .concatenate: (9, 8)
        case .add, .subtract: (10, 10)
        case .multiply, .divide, .floorDivide, .modulo: (11, 11)
        case .power: (14, 13)
        }
    }

    /// What binds tighter than the unary operators.
    static let unaryPriority = 12
}
