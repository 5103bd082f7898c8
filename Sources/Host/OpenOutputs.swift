import CSystemShims
import Diagnostics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Which files the programs and downloads of a run are writing now.
///
/// Of two that write one file at once the one writes over the beginning of a value that the other has written, or writes
/// into the middle of it, as in a named pipe. What is left is no value any more, and would come to the script. It is the
/// file that counts, not its name: a link or another spelling leads to the same.
final class OpenOutputs {
    private var files: Set<FileIdentity> = []
    /// Those that were written before: what a program has left behind may still write them.
    private var ended: Set<FileIdentity> = []
    /// Whether programs that have ended have left others behind.
    private let hasLeftPrograms: () -> Bool

    init(hasLeftPrograms: @escaping () -> Bool) { self.hasLeftPrograms = hasLeftPrograms }

    /// Notes a file that is open for writing until `release`; nil for a device, of which nothing is read again.
    ///
    /// - Throws: `.usage` where another has it. `what` and `path` are for the message.
    func take(_ descriptor: Int32, _ what: String, _ path: [UInt8]) throws(Failure) -> FileIdentity? {
        var facts = vs_sys_file_facts()
        guard unsafe vs_sys_file_learn(descriptor, &facts), [S_IFREG, S_IFIFO].contains(facts.mode & S_IFMT) else {
            return nil
        }
        let file = FileIdentity(facts)
        try check(file, descriptor, what, path)
        files.insert(file)
        return file
    }

    func release(_ file: FileIdentity) {
        files.remove(file)
        ended.insert(file)
    }

    /// - Throws: `.usage` where a program or a download has the file, which is open for writing as `descriptor`, or where
    ///   what a program has left behind may have it.
    func check(_ file: FileIdentity, _ descriptor: Int32, _ what: String, _ path: [UInt8]) throws(Failure) {
        guard files.contains(file) || mayBeWrittenStill(file, descriptor) else { return }
        throw Failure(
            .usage, "\(what): the file \(path.shownPath) is being written already, by another part of this run",
            reason: "what two write to one file at once, under whatever name, can end up in pieces, of a secret too",
            hint:
                "give each a file of its own, or wait for the other to end, and for what it has left behind; for both "
                + "streams of one program: stderr = \"stdout\"")
    }

    private func mayBeWrittenStill(_ file: FileIdentity, _ descriptor: Int32) -> Bool {
        ended.contains(file) && hasLeftPrograms() && !vs_sys_file_is_alone(descriptor)
    }
}
