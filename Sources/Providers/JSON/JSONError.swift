/// Why a JSON text is not read.
///
/// Names places, never contents.
public struct JSONError: Error, Equatable, Sendable {
    /// The sorts of fault.
    public enum Kind: String, Sendable {
        /// The text ends too early.
        case truncated
        /// A byte that JSON does not have there.
        case syntax
        /// Nested deeper, or of more parts, than is read.
        case tooComplex
        /// Not UTF-8.
        case encoding
        /// A `\u` escape that is half of a character.
        case surrogate
        /// An object names the wanted key more than once: no telling which one is meant.
        case duplicateKey
        /// A part is missing or of another type.
        case shape
        /// Secret memory is used up.
        case memory
    }

    /// The sort of fault.
    public let kind: Kind
    /// The byte where it was found; for `.duplicateKey` and `.shape` where the object begins.
    public let offset: Int

    /// The fact as part of a sentence: `is no JSON`. Without the place, which would tell how long the values before it are.
    public var text: String {
        switch kind {
        case .truncated: "is cut off"
        case .syntax: "is no JSON"
        case .tooComplex: "has more parts than are read"
        case .encoding: "is not UTF-8"
        case .surrogate: "has half a character"
        case .duplicateKey: "names one key twice in an object"
        case .shape: "has not the parts that were expected"
        case .memory: "does not fit into secret memory"
        }
    }
}
