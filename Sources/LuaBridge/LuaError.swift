public import HostProtocol

/// How a protected run of Lua failed.
public struct LuaError: Error, Equatable, Sendable {
    /// The sort of error, after Lua's own status codes.
    public enum Kind: Sendable {
        /// The chunk does not compile.
        case syntax
        /// An error was raised and nobody caught it.
        case runtime
        /// The memory limit is reached, or the system has no more. The VM stays usable.
        case memory
        /// The message handler failed in turn.
        case errorInErrorHandler
    }

    /// The sort of error.
    public var kind: Kind
    /// The error's text: the error value where it is a string, its field `message` where it is a table.
    ///
    /// No script code runs to make it.
    public var message: [UInt8]
    /// The stack at the point of the error; empty where none could be taken (memory, syntax).
    public var traceback: [UInt8]
    /// The error value itself, read raw; `.null` where it cannot cross.
    public var value: Value

    /// Makes an error.
    public init(kind: Kind, message: [UInt8], traceback: [UInt8] = [], value: Value = .null) {
        self.kind = kind
        self.message = message
        self.traceback = traceback
        self.value = value
    }
}

extension LuaError: CustomStringConvertible {
    /// The message, repaired where it is not UTF-8.
    public var description: String { String(decoding: message, as: UTF8.self) }
}
