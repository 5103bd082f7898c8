import CSystemShims
public import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension SpawnRequest {
    /// Refuses what the kernel would cut short or misunderstand, before anything is made.
    func check() throws(Failure) {
        guard !program.isEmpty else { throw Failure(.usage, "the program has no name", hint: "name it first") }
        try checkTexts()
        try checkForNUL()
        try checkEnvironment()
        try checkFiles()
        try checkDescriptors()
    }

    /// Refuses what the kernel takes as no text of a program's, before anything is made of it. Of secrets it does not judge.
    ///
    /// - Throws: `.start` with the code 126.
    public func checkTexts() throws(Failure) {
        let isTooLong = program.count >= PATH_MAX || !program.contains(UInt8(ascii: "/")) && program.count > NAME_MAX
        guard !isTooLong else {
            throw Failure(.start, "\(shown(program)) cannot be run", reason: errorText(ENAMETOOLONG), code: 126)
        }
        guard !hasTooLongText else { throw Failure.tooLarge(self) }
    }

    /// Whether an argument, or a variable of the request's own that is no secret, is longer than the kernel takes one.
    var hasTooLongText: Bool {
        arguments.contains { $0.count >= Self.longestWord }
            || environment.contains { variable in
                guard case .text(let value) = variable.value else { return false }
                return variable.name.count + 1 + value.count >= Self.longestWord
            }
    }

    /// Linux: MAX_ARG_STRLEN, with the NUL.
    private static let longestWord = 131_072

    /// The PATH that `program` is searched in.
    public var searchPath: [UInt8]? {
        let name = Array("PATH".utf8)
        guard let variable = environment.last(where: { $0.name == name }) else { return baseValue(name) }
        if case .text(let path) = variable.value { return path }
        return nil
    }

    /// Every variable that the child gets; some of `environment` perhaps twice.
    var allVariables: [EnvironmentVariable] {
        let own = Set(environment.map(\.name) + removed)
        return (base?.variables.filter { !own.contains($0.name) } ?? []) + environment
    }

    /// The names of the variables that the child gets.
    public var variableNames: Set<[UInt8]> { Set(allVariables.map(\.name)) }

    private func baseValue(_ name: [UInt8]) -> [UInt8]? { removed.contains(name) ? nil : base?.value(name) }

    /// Whether the program is one that gains powers when it is run (setuid, setgid), which no_new_privs takes from it.
    public var gainsPrivileges: Bool {
        Spawner.candidates(for: program, in: searchPath ?? environmentValue("PATH")).contains { candidate in
            withCString(candidate) { path in unsafe vs_sys_program_gains(path) }
        }
    }

    private func checkForNUL() throws(Failure) {
        if program.contains(0) { throw Failure.holdsNUL("the program's name") }
        if workingDirectory?.contains(0) == true { throw Failure.holdsNUL("the working directory") }
        for (index, argument) in arguments.enumerated() where argument.contains(0) {
            throw Failure.holdsNUL("argument \(index + 1) of \(shown(program))")
        }
    }

    private func checkEnvironment() throws(Failure) {
        for variable in environment {
            guard !variable.name.isEmpty, !variable.name.contains(UInt8(ascii: "=")), !variable.name.contains(0) else {
                throw Failure(
                    .usage, "\"\(shown(variable.name))\" cannot be the name of a variable",
                    reason: "a name is not empty and holds neither = nor NUL", hint: "rename it in env")
            }
            if variable.value.holdsNUL { throw Failure.holdsNUL("the value of variable \(shown(variable.name))") }
        }
    }

    private func checkFiles() throws(Failure) {
        var names: Set<[UInt8]> = []
        for file in files {
            guard SpawnRequest.isFileName(file.name) else {
                throw Failure(
                    .usage, "\"\(shown(file.name))\" cannot be the name of a file for a child",
                    reason: "it becomes a variable: a letter or _, then letters, digits and _, at most 200",
                    hint: "rename it in files")
            }
            guard names.insert(file.name).inserted else {
                throw Failure(.usage, "there are two files named \(shown(file.name))", hint: "rename one in files")
            }
        }
    }

    private static func isFileName(_ name: [UInt8]) -> Bool {
        guard let first = name.first, name.count <= 200, !(48...57).contains(first) else { return false }
        return name.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (48...57).contains(byte) || (65...90).contains(byte)
                || (97...122).contains(byte)
        }
    }

    private func checkDescriptors() throws(Failure) {
        for target in descriptors.keys where !(3...255).contains(target) {
            throw Failure(
                .usage, "descriptor \(target) cannot be given to a child", reason: "fds are 3 to 255",
                hint: "0, 1 and 2 have options of their own: stdin, stdout, stderr")
        }
        let memoryFiles = files.filter { $0.form == .memory }.count
        guard descriptors.count <= 60, memoryFiles <= 60 - descriptors.keys.filter({ $0 <= 63 }).count else {
            throw Failure(.usage, "a child cannot be given more than 60 descriptors", hint: "use files without memfd")
        }
        if case .sameAsOutput = standardOutput {
            throw Failure(.usage, "standard output cannot go to itself", hint: "sameAsOutput is for standard error")
        }
    }
}
