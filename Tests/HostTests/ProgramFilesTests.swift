import Foundation
import Glibc
import ProcessSpawning
import TestSupport
import Testing

@testable import Host

@Suite("The files of a program") struct ProgramFilesTests {
    private func paths(_ line: String) throws -> [String] {
        let folder = try TemporaryFolder()
        try folder.write("tool", line, mode: 0o755)
        let path = Array("\(folder.path)/tool".utf8)
        let files = ProgramFiles(path, of: SpawnRequest(program: path))
        #expect(files.lack == nil)
        return files.paths.dropFirst().map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `are its own and the interpreters of its first line`() throws {
        #expect(try paths("#!/bin/sh -e\n") == ["/bin/sh"])
        #expect(try paths("#! /nonexistent/interpreter\n") == ["/nonexistent/interpreter"])
        #expect(try paths("no script") == [])
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
