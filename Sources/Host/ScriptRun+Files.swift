import Diagnostics
import HostProtocol

/// `fs` as the worker asks for it.
extension ScriptRun {
    /// A file, a list or a search that is asked for and not yet answered; nothing of it is large.
    struct WaitingRead {
        let id: UInt32
        let verb: String
        let path: [UInt8]

        /// Nil for a request that is answered with little, or takes up room itself.
        init?(_ id: UInt32, _ value: Value) {
            guard let verb = value["verb"]?.asText, ["read", "list", "glob"].contains(verb),
                let path = value["path"]?.asBytes, path.count <= FileWalk.maximumPathBytes, value["options"] == nil
            else { return nil }
            self.id = id
            self.verb = verb
            self.path = path
        }

        var request: Value { .record(["verb": .text(verb), "path": .bytes(path)]) }
    }

    /// Answers at once; but not while much else waits for the worker to be read, as tasks side by side may well ask for
    /// more than there is room for.
    func file(_ id: UInt32, _ value: Value) throws(Failure) {
        try maskOwnCredentials()
        guard worker.isBacklogged || !waitingReads.isEmpty, let read = WaitingRead(id, value) else {
            return reply(id, try files.answer(value))
        }
        waitingReads.append(read)
    }

    /// Answers what waits, as long as there is room.
    func answerWaitingReads() {
        // An answer that is sent leads here again.
        guard !isAnsweringReads else { return }
        isAnsweringReads = true
        defer { isAnsweringReads = false }
        while !worker.isBacklogged, !waitingReads.isEmpty {
            let read = waitingReads.removeFirst()
            do throws(Failure) {
                reply(read.id, try files.answer(read.request))
            } catch {
                fault(read.id, error)
            }
        }
    }
}
