import CSystemShims
import Foundation
import TestSupport
import Testing

/// How the files of `require` are opened where the kernel has no openat2.
@Suite struct `Opening step by step` {
    private func open(_ path: String, in folder: String) -> (descriptor: Int32, error: Int32) {
        let at = unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY)
        defer { close(at) }
        errno = 0
        let found = unsafe vs_sys_open_beneath_stepwise(at, path)
        defer { if found >= 0 { close(found) } }
        return (found, errno)
    }

    @Test func `a file in the folder or below it is opened`() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.lua", "a")
        try folder.write("b/c/d.lua", "d")
        #expect(open("a.lua", in: folder.path).descriptor >= 0)
        #expect(open("b/c/d.lua", in: folder.path).descriptor >= 0)
    }

    @Test(arguments: [
        ("", EXDEV), ("/etc/passwd", EXDEV), ("../inside/a.lua", EXDEV), ("b/../a.lua", EXDEV), ("./a.lua", EXDEV),
        ("b//c.lua", EXDEV), ("b/", EXDEV), ("..", EXDEV), (String(repeating: "x", count: 256), EXDEV),
        ("none.lua", ENOENT), ("b/none.lua", ENOENT), ("a.lua/x", ENOTDIR), ("out.lua", ELOOP), ("near.lua", ELOOP),
        ("outside/a.lua", ELOOP), ("b/up/a.lua", ELOOP),
    ])
    func `nothing else is`(path: String, error: Int32) throws {
        let folder = try TemporaryFolder()
        try folder.write("inside/a.lua", "a")
        try folder.write("inside/b/x.lua", "x")
        try folder.write("elsewhere/a.lua", "a")
        let inside = folder.path + "/inside"
        for (link, target) in [
            ("out.lua", "../elsewhere/a.lua"), ("near.lua", "a.lua"), ("outside", "../elsewhere"), ("b/up", ".."),
        ] {
            try FileManager.default.createSymbolicLink(atPath: inside + "/" + link, withDestinationPath: target)
        }
        let found = open(path, in: inside)
        #expect(found.descriptor == -1 && found.error == error, "\(path): \(found)")
    }

    @Test func `no descriptor is left open`() throws {
        let folder = try TemporaryFolder()
        try folder.write("b/c/d.lua", "d")
        let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        for _ in 0..<100 {
            for path in ["b/c/d.lua", "b/none/d.lua", "b/../d.lua", "b/c/none"] { _ = open(path, in: folder.path) }
        }
        let after = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        #expect(after < before + 50)
    }
}
