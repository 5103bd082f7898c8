import Foundation

/// Ends the process with words where a property does not hold; an optimised `precondition` would say none.
public func require(_ property: Bool, _ words: @autoclosure () -> String) {
    if !property { fail(words()) }
}

/// The same for what cannot be reached.
public func fail(_ words: String) -> Never {
    FileHandle.standardError.write(Data("found: \(words)\n".utf8))
    abort()
}
