import Foundation
import TestSupport
import Testing

/// The worker taken over by an attacker: locked down as ever, it tries the machine, then the wire.
@Suite struct `A hostile worker` {
    private static var program: String { Program.folder + "/HostileWorker" }

    /// Runs an attack; its child sleeps for a number of seconds that nothing else uses, by which it is found.
    private func attack(_ name: String) throws -> (Program.Outcome, isChildGone: Bool) {
        let mark = "\(Int.random(in: 100_000...999_999)).\(Int.random(in: 1...999))"
        let large = ["BIG": String(repeating: "x", count: 100_000)]
        let outcome = try Program.run([name, mark], environment: large, program: Self.program)
        let left = try Program.run(["-f", "sleep \(mark)"], program: "/usr/bin/pgrep")
        return (outcome, left.code == 1)
    }

    @Test(arguments: ["open", "socket", "execve", "ptrace", "read-proc", "kill", "fork", "write-elsewhere"])
    func `ends at the first system call that is not its own, and the host says so`(name: String) throws {
        let (outcome, isChildGone) = try attack(name)
        #expect(outcome.code == 1, "\(outcome)")
        #expect(outcome.errorText.hasPrefix("the script's worker was stopped by its sandbox (SIGSYS)\n"), "\(outcome)")
        #expect(outcome.output.isEmpty && isChildGone)
    }

    @Test(arguments: ["garbage", "giant-frame"])
    func `that writes no messages is stopped`(name: String) throws {
        let (outcome, isChildGone) = try attack(name)
        #expect(outcome.code == 1 && isChildGone, "\(outcome)")
        #expect(outcome.errorText.hasPrefix("the script's worker has been stopped\nwhat it sent was no message"), "\(outcome)")
    }

    @Test(arguments: [
        ("wrong-direction", "was killed"), ("exit", "ended by itself"), ("crash", "the script's worker"),
        ("never-reads", "was killed"),
    ])
    func `that breaks the rules ends the run, with words`(name: String, words: String) throws {
        let (outcome, isChildGone) = try attack(name)
        #expect(outcome.code == 1 && isChildGone, "\(outcome)")
        #expect(outcome.errorText.contains(words), "\(outcome)")
    }

    @Test func `that forges a handle gets an error, and the host's own record counts`() throws {
        let (outcome, isChildGone) = try attack("forged-handle")
        #expect(outcome.code == 2 && isChildGone, "\(outcome)")
        #expect(outcome.errorText.contains("the secret X has been closed"), "\(outcome)")
    }

    @Test func `that asks too much at once is refused and not served`() throws {
        let (outcome, isChildGone) = try attack("flood")
        #expect(outcome.code == 0 && isChildGone, "\(outcome)")
    }

    @Test func `that asks for many large files at once gets them one after the other`() throws {
        let (outcome, isChildGone) = try attack("reads-much")
        #expect(outcome.code == 0 && isChildGone, "\(outcome)")
    }

    @Test func `that claims success for an error gets no exit code 0`() throws {
        let (outcome, isChildGone) = try attack("claims-success")
        #expect(outcome.code == 1 && isChildGone, "\(outcome)")
    }
}
