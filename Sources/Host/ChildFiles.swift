import Diagnostics
import ProcessSpawning

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files that one child reads and writes as its standard streams, opened by the host before it starts.
final class ChildFiles {
    private let plan: SpawnPlan
    private var input: Int32 = -1
    private var output: OutputFile?
    private var error: OutputFile?

    /// Opens what `plan` names; the input first, as nothing is emptied then if it is not there.
    init(_ plan: SpawnPlan, _ run: ScriptRun) throws(Failure) {
        self.plan = plan
        if case .file(let path) = plan.input {
            input = try OutputFile.openInput(path, "\(plan.function): stdin", run.files)
        }
        if let file = plan.outputFile { output = try OutputFile(file, "\(plan.function): stdout", run) }
        if let file = plan.errorFile { error = try OutputFile(file, "\(plan.function): stderr", run) }
    }

    deinit { closeInput() }

    func place(in request: inout SpawnRequest) throws(Failure) {
        if input >= 0 { request.standardInput = .descriptor(input) }
        if case .inherit = plan.input { request.standardInput = Self.isForReadingAlone ? .descriptor(0) : .relay(0) }
        if let output { request.standardOutput = .descriptor(output.descriptor) }
        if let error { request.standardError = .descriptor(error.descriptor) }
    }

    /// Whether a program can be given descriptor 0 itself. Whoever may write to it may have the host's own output in it, as
    /// with a socket or a terminal, and no mask there.
    private static var isForReadingAlone: Bool {
        isatty(0) == 0 && fcntl(0, F_GETFL) & O_ACCMODE == O_RDONLY
    }

    /// The child has its own by now; what is not needed at its end is closed.
    func childHasStarted() {
        closeInput()
        output?.childHasStarted()
        error?.childHasStarted()
    }

    /// The program has succeeded: atomic files get their names.
    func commit() throws(Failure) {
        try output?.commit()
        try error?.commit()
    }

    /// The program has ended: what has not been committed by now will not be.
    func discard() {
        output?.discard()
        error?.discard()
    }

    private func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }
}
