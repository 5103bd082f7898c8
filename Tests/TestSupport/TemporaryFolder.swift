import Foundation

/// A folder of its own for one test, removed at the end.
public final class TemporaryFolder {
    /// Its path.
    public let path: String

    /// Makes it, mode 0700, in `place` or in the system's place for such.
    public init(in place: String? = nil) throws {
        let base = place.map { URL(fileURLWithPath: $0) } ?? FileManager.default.temporaryDirectory
        let url = base.appendingPathComponent("vaultscript-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        path = url.resolvingSymlinksInPath().path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file into it and gives the path.
    @discardableResult
    public func write(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try write(Data(text.utf8), to: file, isProgram: mode & 0o111 != 0)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }

    /// A program is written by a process of its own: a child that another test forks meanwhile would have it open for
    /// writing until it has become what it runs, and until then nobody can run it (ETXTBSY).
    private func write(_ text: Data, to file: String, isProgram: Bool) throws {
        guard isProgram else { return try text.write(to: URL(fileURLWithPath: file)) }
        let draft = file + ".draft"
        try text.write(to: URL(fileURLWithPath: draft))
        defer { try? FileManager.default.removeItem(atPath: draft) }
        let outcome = try Program.run([draft, file], program: "/bin/cp")
        precondition(outcome.code == 0, "a program could not be copied: \(outcome)")
    }

    /// The text of a file in it.
    public func read(_ name: String) throws -> String {
        try String(contentsOfFile: path + "/" + name, encoding: .utf8)
    }
}
