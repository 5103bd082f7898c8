import Diagnostics
import Glibc
import SecretMemory
import Testing

@testable import ProcessSpawning

@Suite("What cannot start")
struct StartFailureTests {
    private func failure(_ request: SpawnRequest) throws -> Failure {
        let bench = try Bench()
        let failure = try #require(throws: Failure.self) { _ = try bench.run(request) }
        #expect(bench.spawner.liveCount == 0)
        return failure
    }

    @Test func `a program that is not there is 127, with the PATH and a near name`() throws {
        let failure = try failure(SpawnRequest("prinft", environment: [EnvironmentVariable("PATH", "/usr/bin:/bin")]))
        #expect(failure.kind == .start && failure.code == 127)
        #expect(
            failure.text
                == "program prinft was not found\nPATH is /usr/bin:/bin\ndid you mean printf?")
        let bare = try self.failure(SpawnRequest("no-such-program-at-all"))
        #expect(bare.reason == "PATH is not set; searched /bin:/usr/bin" && bare.code == 127)
    }

    /// A program may have given a file in PATH a secret as its name.
    @Test func `a near name is told before the first program alone`() throws {
        let bench = try Bench()
        let mistyped = SpawnRequest("prinft", environment: [EnvironmentVariable("PATH", "/usr/bin:/bin")])
        func hint() throws -> String { try #require(throws: Failure.self) { _ = try bench.run(mistyped) }.hint }
        #expect(try hint() == "did you mean printf?" && hint() == "did you mean printf?")
        _ = try bench.run(SpawnRequest("/bin/true"))
        #expect(try hint() == "install it, or give its path")
    }

    @Test(arguments: [
        ("ls | wc", "that is a line for a shell: give it to sh, with the arguments -c and the line"),
        ("git push", "program and arguments are texts of their own: give the program's name alone, then each argument"),
    ])
    func `a line where a program is expected is told as one`(line: String, hint: String) throws {
        let failure = try failure(SpawnRequest(line))
        #expect(failure.code == 127 && failure.hint == hint, "\(failure)")
    }

    @Test(arguments: [(199, 199), (200, 200), (201, 200), (3000, 200)])
    func `a PATH that is too long to be shown is cut, and says so`(count: Int, shown: Int) throws {
        let path = String(String(repeating: "/x", count: count).prefix(count))
        let failure = try failure(
            SpawnRequest("no-such-program-at-all", environment: [EnvironmentVariable("PATH", path)]))
        #expect(failure.reason == "PATH is \(path.prefix(shown))\(count > shown ? "…" : "")", "\(failure)")
    }

    @Test func `a letter is not cut in two`() throws {
        let path = "/" + String(repeating: "é/", count: 150)
        let failure = try failure(
            SpawnRequest("no-such-program-at-all", environment: [EnvironmentVariable("PATH", path)]))
        #expect(failure.reason == "PATH is /\(String(repeating: "é/", count: 66))…", "\(failure)")
    }

    @Test func `a path that is not there is 127`() throws {
        let failure = try failure(SpawnRequest("/no/such/program"))
        #expect(failure.code == 127 && failure.message == "program /no/such/program was not found")
    }

    @Test func `a file without the right is 126`() throws {
        let scratch = try Scratch()
        let file = try scratch.file("tool", "#!/bin/sh\n", mode: 0o644)
        let failure = try failure(SpawnRequest(file))
        #expect(failure.code == 126 && failure.message == "\(file) is not executable")
        #expect(failure.hint == "allow it: chmod +x \(file)")
    }

    @Test func `a directory is 126`() throws {
        let failure = try failure(SpawnRequest("/usr/bin"))
        #expect(failure.code == 126 && failure.message == "/usr/bin is a directory")
    }

    @Test func `the search goes on after a file that may not be run, and remembers it`() throws {
        let scratch = try Scratch()
        _ = try scratch.file("printf", "#!/bin/sh\n", mode: 0o644)
        let path = EnvironmentVariable("PATH", "\(scratch.path):/usr/bin")
        #expect(try Bench().run(SpawnRequest("printf", ["ok"], environment: [path])).text == "ok")
        _ = try scratch.file("only-here", "#!/bin/sh\n", mode: 0o644)
        let failure = try failure(SpawnRequest("only-here", environment: [path]))
        #expect(failure.code == 126 && failure.message == "\(scratch.path)/only-here is not executable")
    }

    /// Not by its name, which may be a part of a secret that a program has written there.
    @Test func `a script's missing interpreter is told`() throws {
        let scratch = try Scratch()
        let file = try scratch.file("tool", "#! /no/such/interpreter -x\n", mode: 0o755)
        let failure = try failure(SpawnRequest(file))
        #expect(failure.code == 127)
        #expect(failure.message == "\(file) cannot be run: its interpreter was not found")
        #expect(failure.hint.contains("carriage return"))
    }

    @Test func `a script without a first line is 126 and not run by a shell`() throws {
        let scratch = try Scratch()
        let failure = try failure(SpawnRequest(try scratch.file("tool", "echo ran\n", mode: 0o755)))
        #expect(failure.code == 126 && failure.hint.hasPrefix("begin a script with its interpreter"))
    }

    @Test func `too large a variable is told with its name`() throws {
        let large = EnvironmentVariable(Array("LARGE".utf8), .text([UInt8](repeating: 65, count: 300_000)))
        let failure = try failure(SpawnRequest("/bin/true", environment: [SpawnRequest.path, large]))
        #expect(failure.code == 126 && failure.reason.hasSuffix("the largest variable is LARGE"))
    }

    /// What fits beside it is exact, and would tell its length.
    @Test func `too much beside a secret is nothing that a script may learn of`() throws {
        let secret = EnvironmentVariable("SECRET", try secret("abc"))
        var request = SpawnRequest("/bin/true", environment: [SpawnRequest.path])
        request.arguments = [[UInt8]](repeating: [UInt8](repeating: 65, count: 100_000), count: 70)
        #expect(try !failure(request).endsRun)
        request.environment.append(secret)
        #expect(try failure(request).endsRun)
        request.arguments[0] = [UInt8](repeating: 65, count: 300_000)
        #expect(try !failure(request).endsRun)
    }

    @Test func `the one file that is executed is not looked for elsewhere`() throws {
        let scratch = try Scratch()
        _ = try scratch.file("tool", "#!/bin/sh\necho wrong\n", mode: 0o755)
        var request = SpawnRequest("tool", environment: [EnvironmentVariable("PATH", scratch.path)])
        request.executable = Array(try scratch.file("judged", "#!/no/such/interpreter\n", mode: 0o755).utf8)
        #expect(try failure(request).code == 127)
        request.executable = Array("/bin/sh".utf8)
        request.arguments = ["-c", "echo $0"].map { Array($0.utf8) }
        #expect(try Bench().run(request).text == "tool\n")
    }

    @Test func `a missing working directory is told as such`() throws {
        let request = SpawnRequest("/bin/true").with { $0.workingDirectory = Array("/no/such".utf8) }
        let failure = try failure(request)
        #expect(failure.code == 126 && failure.reason == "No such file or directory" && failure.hint == "check cwd")
        #expect(failure.message == "the working directory /no/such of /bin/true cannot be entered")
    }

    @Test func `NUL is refused with its place`() throws {
        var request = SpawnRequest("printf", ["a", "b"], environment: [SpawnRequest.path])
        request.arguments.append([65, 0, 66])
        #expect(try failure(request).message == "argument 3 of printf holds a NUL byte")
        let name = EnvironmentVariable([65, 0], .text([]))
        #expect(try failure(SpawnRequest("/bin/true", environment: [name])).kind == .usage)
        let value = EnvironmentVariable(Array("V".utf8), .text([0]))
        #expect(try failure(SpawnRequest("/bin/true", environment: [value])).message.contains("variable V"))
    }

    @Test(arguments: ["", "A=B"])
    func `a name that no variable can have is refused`(name: String) throws {
        let failure = try failure(SpawnRequest("/bin/true", environment: [EnvironmentVariable(name, "x")]))
        #expect(failure.kind == .usage && failure.message.contains("cannot be the name of a variable"))
    }

    @Test(arguments: [Int32(-1), 0, 2, 256])
    func `descriptors beyond 3 to 255 are refused`(target: Int32) throws {
        let request = SpawnRequest("/bin/true").with { $0.descriptors = [target: .bytes(.text([]))] }
        #expect(try failure(request).kind == .usage)
    }

    @Test func `an argument that names no file is refused`() throws {
        let request = SpawnRequest("cat", ["${file:KEYS}"], environment: [SpawnRequest.path]).with {
            $0.files = [SpawnFile("KEY", .text([1]))]
        }
        let failure = try failure(request)
        #expect(failure.message == "${file:KEYS} in an argument names no file of this child")
        #expect(failure.reason == "its files are KEY")
    }

    @Test func `a failed start leaves no file`() throws {
        let bench = try Bench()
        let request = SpawnRequest("/no/such", ["${file:F}"]).with {
            $0.files = [SpawnFile("F", .text([1])), SpawnFile("M", .text([2]), form: .memory)]
            $0.standardInput = .bytes(.text([1]))
        }
        #expect(throws: Failure.self) { _ = try bench.run(request) }
        let path = String(decoding: try #require(bench.files.path), as: UTF8.self)
        #expect(exists(path) && entries(path).isEmpty)
    }

    @Test func `nothing tells which secret is the largest`() throws {
        let large = EnvironmentVariable("HIDDEN", try SecretBytes(copying: String(repeating: "x", count: 300_000)))
        let failure = try failure(SpawnRequest("/bin/true", environment: [SpawnRequest.path, large]))
        #expect(failure.code == 126 && !failure.text.contains("HIDDEN"))
    }
}
