import Diagnostics
import EventLoop
import Foundation
import Glibc
import SecretMemory
import Testing

@testable import ProcessSpawning

@Suite("Files of a child")
struct FileTests {
    @Test func `a file is private, in memory, named in variable and argument, and gone afterwards`() throws {
        let bench = try Bench()
        var request = SpawnRequest.shell(
            "cat $KEY; stat -c %a $KEY; stat -f -c %T $KEY; echo $1; echo $KEY", ["--key=${file:KEY}!"])
        request.environment.append(EnvironmentVariable("KEY", "inherited"))
        request.files = [SpawnFile("KEY", .secret(try secret("material\n")))]
        let lines = try bench.run(request).lines
        #expect(lines[0] == "material" && lines[1] == "600" && lines[2] == "tmpfs")
        let path = lines[4]
        #expect(lines[3] == "--key=\(path)!" && path.hasSuffix("/KEY"))
        #expect(exists(path) == false)
        let directory = String(decoding: try #require(bench.files.path), as: UTF8.self)
        #expect(path.hasPrefix(directory + "/") && entries(directory).isEmpty)
        let attributes = try FileManager.default.attributesOfItem(atPath: directory)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        bench.files.remove()
        #expect(exists(directory) == false)
    }

    @Test func `a memory file is a path of a descriptor that the child inherits`() throws {
        let bench = try Bench()
        let value = try secret("one")
        let request = SpawnRequest.shell("echo $A; cat $A; cat $A; cat $B").with {
            $0.files = [
                SpawnFile("A", .secret(value), form: .memory), SpawnFile("B", .text(Array("two".utf8)), form: .memory),
            ]
        }
        #expect(try bench.run(request).text == "/proc/self/fd/63\noneonetwo")
        // Nothing of it touched a file system.
        #expect(bench.files.path == nil)
    }

    @Test func `what a child left in its folder goes with it`() throws {
        let bench = try Bench()
        let request = SpawnRequest.shell(
            "cd $(dirname $F); mkdir -p a/b; echo x >a/b/c; ln -s / a/root; chmod 0 a/b; chmod 0 ."
        ).with {
            $0.files = [SpawnFile("F", .text([1]))]
        }
        #expect(try bench.run(request).outcome?.code == 0)
        #expect(entries(String(decoding: try #require(bench.files.path), as: UTF8.self)).isEmpty)
        bench.files.remove()
    }

    @Test func `each child has a folder of its own`() throws {
        let bench = try Bench()
        let request = SpawnRequest.shell("dirname $F").with { $0.files = [SpawnFile("F", .text([1]))] }
        #expect(try bench.run(request).text != bench.run(request).text)
        bench.files.remove()
    }

    @Test(arguments: ["", "1A", "A-B", "A/B", "..", "A B", "Ä"])
    func `a name that is no variable is refused`(name: String) throws {
        let request = SpawnRequest("/bin/true").with { $0.files = [SpawnFile(name, .text([]))] }
        let failure = #expect(throws: Failure.self) { _ = try Bench().run(request) }
        #expect(failure?.kind == .usage)
    }

    @Test func `without a directory in memory there is a failure that says so`() throws {
        let places = [
            RunDirectory.Place(Array("/proc".utf8), isPrivate: false),
            RunDirectory.Place(Array("/dev/shm".utf8), isPrivate: true),
            RunDirectory.Place(Array("/no/such".utf8), isPrivate: true),
        ]
        let spawner = try Spawner(loop: EventLoop(), runDirectory: RunDirectory(places: places))
        let request = SpawnRequest("/bin/true").with { $0.files = [SpawnFile("F", .text([]))] }
        let failure = #expect(throws: Failure.self) {
            _ = try spawner.start(request, SpawnHandlers(finished: { _ in }))
        }
        #expect(failure?.message == "there is no directory in memory for the files of a child")
        #expect(
            failure?.reason == "/proc: is not in memory (neither tmpfs nor ramfs); /dev/shm: is not yours alone "
                + "(owner, mode 0700); /no/such: No such file or directory")
    }

    @Test func `a link in place of the directory is not followed`() throws {
        let scratch = try Scratch()
        let link = scratch.path + "/link"
        _ = unsafe symlink("/dev/shm", link)
        let run = RunDirectory(places: [RunDirectory.Place(Array(link.utf8), isPrivate: false)])
        #expect(throws: Failure.self) { try run.makeFolder() }
    }

    @Test func `the keeper learns the path before it exists`() throws {
        var told: [UInt8]?
        let run = RunDirectory(
            places: RunDirectory.Place.usual(runtimeDirectory: nil),
            willMake: { path in
                told = path
                #expect(exists(String(decoding: path, as: UTF8.self)) == false)
            })
        _ = try run.makeFolder()
        #expect(told != nil && told == run.path)
        let path = String(decoding: try #require(told), as: UTF8.self)
        #expect(path.hasPrefix("/dev/shm/vaultscript-") && path.count == "/dev/shm/vaultscript-".count + 32)
        run.remove()
        #expect(run.path == nil && exists(path) == false)
    }
}
