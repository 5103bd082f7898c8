import Foundation

/// Where findings are told, and of what input, by a target that takes standard error and the handlers of signals away.
public enum Findings {
    nonisolated(unsafe) fileprivate static var output: Int32 = 2
    nonisolated(unsafe) private static var input: [UInt8] = []

    /// To be called before standard error is taken.
    public static func keepStandardError() { unsafe output = fcntl(2, F_DUPFD_CLOEXEC, 100) }

    /// Notes what is looked at now.
    public static func begin(_ bytes: [UInt8]) { unsafe input = bytes }

    /// The input as text that a shell makes a file of: `base64 -d`.
    fileprivate static var shownInput: String {
        unsafe input.isEmpty ? "" : "input: \(Data(input).base64EncodedString())\n"
    }
}

/// Ends the process with words where a property does not hold; an optimised `precondition` would say none.
public func require(_ property: Bool, _ words: @autoclosure () -> String) {
    if !property { fail(words()) }
}

/// The same for what cannot be reached.
public func fail(_ words: String) -> Never {
    unsafe FileHandle(fileDescriptor: Findings.output).write(Data("found: \(words)\n\(Findings.shownInput)".utf8))
    abort()
}
