import Foundation
import Glibc
import ProcessSpawning
import TestSupport
import Testing

@testable import Host

@Suite("The files of a program") struct ProgramFilesTests {
    private func paths(_ line: String, in folder: TemporaryFolder? = nil) throws -> Set<String> {
        let folder = try folder ?? TemporaryFolder()
        try folder.write("tool", line, mode: 0o755)
        let path = Array("\(folder.path)/tool".utf8)
        var request = SpawnRequest(program: path)
        request.workingDirectory = Array(folder.path.utf8)
        request.environment = [EnvironmentVariable(Array("PATH".utf8), .text(Array(folder.path.utf8)))]
        let files = ProgramFiles(path, of: request)
        #expect(files.lack == nil)
        return Set(files.paths.dropFirst().map { String(decoding: $0, as: UTF8.self) })
    }

    @Test func `are its own and the interpreters of its first line`() throws {
        #expect(try paths("#!/bin/sh -e\n") == ["/bin/sh"])
        #expect(try paths("#! /nonexistent/interpreter\n") == ["/nonexistent/interpreter"])
        #expect(try paths("no script") == [])
    }

    /// For the kernel a line ends at LF alone.
    @Test func `are those whose names end in CR`() throws {
        let folder = try TemporaryFolder()
        try folder.write("other\r", "", mode: 0o755)
        #expect(try paths("#!/other\r\n") == ["/other\r"])
        #expect(try paths("#!/x/env other\r\n", in: folder).isSuperset(of: ["/x/env", "\(folder.path)/other\r"]))
    }

    @Test(arguments: [
        "other", "-S other -x", "-S -u FOO other", "-Sother x", "-vSother", "--split-string=other", "-S A=1 'other'",
        "-S x\u{0B}other\r",
    ]) func `are what env may find`(words: String) throws {
        let folder = try TemporaryFolder()
        try folder.write("other", "", mode: 0o755)
        #expect(try paths("#!/x/env \(words)\n", in: folder).isSuperset(of: ["/x/env", "\(folder.path)/other"]))
    }

    @Test(arguments: [
        "-S ${RUNNER} -x", "-S -C /dir ./i3", "-S --chdir=/dir ./i3", "-S -u HOME PATH=/dir:/bin mytool",
        #"-S /dir/\\i3"#,
        #"-S "/dir/i\"3""#, #"-S /dir/i3\c junk"#, "-S -iC /dir ./i3", "-S 'PATH=/dir' tool", "-S -P/dir tool",
    ]) func `are not clear where env looks elsewhere`(words: String) throws {
        let folder = try TemporaryFolder()
        unsafe symlink("/usr/bin/env", folder.path + "/lenv")
        for env in ["/usr/bin/env", folder.path + "/lenv"] {
            let path = Array(try folder.write("tool", "#!\(env) \(words)\n", mode: 0o755).utf8)
            #expect(ProgramFiles(path, of: SpawnRequest(program: path)).isUnclear)
        }
        for words in ["python3", "-S node --stack-size=900", "-S -i A=1 perl -w"] {
            let path = Array(try folder.write("tool", "#!/usr/bin/env \(words)\n", mode: 0o755).utf8)
            #expect(!ProgramFiles(path, of: SpawnRequest(program: path)).isUnclear)
        }
    }

    /// It goes on where the first one cannot be run, and looks after the start.
    @Test func `are all that env may find, there or not`() throws {
        let folder = try TemporaryFolder()
        try folder.write("b/other", "#!/last\n", mode: 0o755)
        let path = Array(try folder.write("tool", "#!/x/env other\n", mode: 0o755).utf8)
        var request = SpawnRequest(program: path)
        let search = ["a", "b", "tool"].map { "\(folder.path)/\($0)" }
        request.environment = [EnvironmentVariable("PATH", search.joined(separator: ":"))]
        let files = ProgramFiles(path, of: request)
        #expect(files.lack == nil)
        let late = Set(search.map { Array("\($0)/other".utf8) } + [Array("/last".utf8)])
        #expect(files.late == late && Set(files.paths) == late.union([path, Array("/x/env".utf8)]))
    }

    @Test func `are seen from the working directory of the program`() throws {
        let folder = try TemporaryFolder()
        #expect(try paths("#!./other\n", in: folder) == ["\(folder.path)/./other"])
    }

    /// Somebody's input, or what a program waits for.
    @Test func `are read where they are files, and from no pipe`() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.path + "/pipe"
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        let file = unsafe open(pipe, O_RDWR | O_NONBLOCK)
        defer { close(file) }
        let input = Array("#!/other\n".utf8)
        #expect(unsafe write(file, input, input.count) == input.count)
        #expect(try paths("#!\(pipe)\n", in: folder) == [pipe])
        var room = [UInt8](repeating: 0, count: 100)
        #expect(unsafe read(file, &room, room.count) == input.count)
    }

    /// What can be brought about is not taken for a program without an interpreter.
    @Test func `are not all known where descriptors are used up`() async throws {
        await #expect(processExitsWith: .success) {
            while case let opened = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC), opened >= 0 {}
            let path = Array("/bin/sh".utf8)
            try #require(ProgramFiles(path, of: SpawnRequest(program: path)).lack == EMFILE)
        }
    }
}
