import Diagnostics
import ProcessSpawning

/// Whether a child gets a pseudo-terminal, and how it is joined to the child's request.
extension SpawnPlan {
    /// Where the script says nothing: what comes has to be for a person who sees all of it.
    private var mayHaveTerminal: Bool { capture == .none && !isQuiet }

    private var joinsKeyboard: Bool { if case .inherit = input { true } else { false } }

    /// Whether it reads the host's own standard input, so that nobody else may meanwhile.
    var borrowsInput: Bool { joinsKeyboard }

    /// The options that a terminal rules out.
    func checkTerminal() throws(Failure) {
        guard terminal == true, capture == .stderr else { return }
        throw Failure(
            .usage, "spawn: tty = true and capture = \"stderr\" exclude each other",
            reason: "on a terminal standard output and standard error are one stream",
            hint: "capture = \"merge\" takes both, tty = false keeps them apart")
    }

    /// Gives `request` a pseudo-terminal where it is to have one; nil where it is not.
    ///
    /// - Throws: `.io` where the script asks for one and the system has none.
    func makeTerminal(
        _ user: Terminal, _ request: inout SpawnRequest, deliver: @escaping (Span<UInt8>) -> Void
    ) throws(Failure) -> ChildTerminal? {
        guard terminal ?? (mayHaveTerminal && user.isShown) else { return nil }
        let joins = joinsKeyboard && user.hasKeyboard
        do throws(Failure) {
            let made = try ChildTerminal(user, joinsKeyboard: joins, &request, deliver: deliver)
            if !joins { addPagers(&request) }
            return made
        } catch {
            guard terminal == nil, error.kind == .io else { throw error }
            // A system without any: as where output goes to a pipe.
            return nil
        }
    }

    /// Nobody could press a key at a pager: each prints what it is given instead, unless the script set it itself.
    private func addPagers(_ request: inout SpawnRequest) {
        let own = Set(variables.map(\.name) + passed).map { Array($0.utf8) }
        let usual = ["PAGER", "GIT_PAGER"].map { Array($0.utf8) }
        let inherited = request.environment.map(\.name).filter { $0.suffix(6) == Array("_PAGER".utf8)[...] }
        for name in Set(usual + inherited).subtracting(own) {
            request.environment.append(EnvironmentVariable(name, .text(Array("cat".utf8))))
        }
    }
}
