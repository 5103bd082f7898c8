import Diagnostics
import Host
import ScriptAnalysis

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Subcommand {
    /// `vaultscript init [DIR]`: what a folder of scripts begins with.
    static var initialize: Subcommand {
        Subcommand(
            name: "init", summary: "write a first script, a commented configuration and what editors need",
            synopsis: "[DIR]", takesSharedOptions: false, wordCount: 0...1,
            details: """
                A file that is there is never changed. The annotations in .vaultscript are read by lua-language-server,
                which then completes, documents and checks scripts in your editor.
                """
        ) { arguments throws(Failure) in
            try InitCommand(folder: arguments.words.first ?? ".", reader: try ScriptReader(arguments.run)).run()
        }
    }
}

/// Writes the files.
struct InitCommand {
    let folder: String
    let reader: ScriptReader

    /// Writes those that are not there, and says what was done with each.
    func run() throws(Failure) -> Int32 {
        let annotations = ".vaultscript/annotations"
        for part in ["", ".vaultscript", annotations] { try makeFolder(part.isEmpty ? folder : folder + "/" + part) }
        let isOurs = try write("hello.lua", StarterFiles.script, mode: 0o777)
        _ = try write("vaultscript.toml", StarterFiles.configuration)
        _ = try write(".luarc.json", StarterFiles.languageServer(annotations))
        for file in AnnotationText.files() { _ = try write(annotations + "/" + file.name, file.text) }
        let script = folder == "." ? "hello.lua" : folder.printable + "/hello.lua"
        // A script of somebody's own may take no --help.
        let next = "next: vaultscript check \(script)" + (isOurs ? ", and: vaultscript \(script) --help" : "")
        return standardOutputLine(next)
    }

    private func makeFolder(_ path: String) throws(Failure) {
        guard unsafe mkdir(path, 0o777) != 0, errno != EEXIST else { return }
        throw unwritable(path, errno)
    }

    /// Writes a file that is not there; gives whether the file is this version's now.
    private func write(_ name: String, _ text: String, mode: mode_t = 0o666) throws(Failure) -> Bool {
        let path = folder == "." ? name : folder + "/" + name
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw unwritable(path, errno) }
            return try kept(path, text)
        }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { rest.removeFirst(count) } else if errno != EINTR { break }
        }
        let error = errno
        close(descriptor)
        guard rest.isEmpty else { throw unwritable(path, error) }
        _ = standardOutputLine("wrote \(path.printable)")
        return true
    }

    private func kept(_ path: String, _ text: String) throws(Failure) -> Bool {
        let isSame = (try? reader.read(path))?.bytes == Array(text.utf8)
        _ = standardOutputLine(
            "kept  \(path.printable)"
                + (isSame ? "" : " (it is another; to have this version's, move it away and run init again)"))
        return isSame
    }

    private func unwritable(_ path: String, _ error: Int32) -> Failure {
        Failure(
            .io, "\(path.printable) cannot be written", reason: unsafe String(cString: strerror(error)),
            hint: "name a folder that you may write: vaultscript init DIR")
    }
}
