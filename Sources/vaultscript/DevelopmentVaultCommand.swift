import CSystemShims
import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `vaultscript dev`: becomes the development vault, which lies beside this program.
struct DevelopmentVaultCommand {
    static let programName = "vaultscript-dev-vault"

    let arguments: [String]

    /// Replaces this process; returns only when that failed.
    func run() -> Int32 {
        let program = ProgramFolder.path + "/" + Self.programName
        var words: [UnsafeMutablePointer<CChar>?] = unsafe [strdup(program)]
        for argument in arguments { unsafe words.append(strdup(argument)) }
        unsafe words.append(nil)
        _ = unsafe execv(program, words)
        let failure = Failure(
            .start, "the development vault cannot be started",
            reason: "\(program): \(unsafe String(cString: strerror(errno)))",
            hint: "it lies beside vaultscript: build or install both (dev/build, dev/install PREFIX)")
        standardErrorLine(failure.text)
        return errno == ENOENT ? 127 : 126
    }
}

/// The folder of the running program, links resolved.
enum ProgramFolder {
    static var path: String {
        guard let resolved = unsafe vs_sys_own_program() else { return "." }
        defer { unsafe free(resolved) }
        let path = unsafe String(cString: resolved)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}
