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

    @Test(arguments: ["endless-names", "huge-maps", "releases"])
    func `that sends as much as it can makes the host no larger than a few messages`(name: String) throws {
        let (outcome, isChildGone) = try attack(name)
        #expect(outcome.code == 0 && isChildGone, "\(outcome)")
        let peak = outcome.text.split(separator: " ").last.flatMap { Int($0.dropLast()) }
        // In MiB. Kept whole, the names alone would be 300: each byte of them is shown as six.
        #expect(try #require(peak) < 150, "\(outcome)")
    }

    @Test func `that starts more children than the limit allows is refused`() throws {
        let (outcome, isChildGone) = try attack("many-children")
        #expect(outcome.code == 1 && isChildGone, "\(outcome)")
        #expect(outcome.errorText.hasPrefix("there cannot be more than 4 processes running\n"), "\(outcome)")
        #expect(outcome.errorText.contains("--limit processes=NUMBER"), "\(outcome)")
    }

    @Test func `that stops in the middle of a message leaves the host as it was`() throws {
        let outcome = try Program.run(["half-a-frame", "1000.123"], program: Self.program) { pid in
            usleep(1_500_000)
            kill(pid, SIGTERM)
        }
        #expect(outcome.code == 143, "\(outcome)")
        #expect(try Program.run(["-f", "sleep 1000.123"], program: "/usr/bin/pgrep").code == 1)
    }

    @Test func `that asks for many large files at once gets them one after the other`() throws {
        let (outcome, isChildGone) = try attack("reads-much")
        #expect(outcome.code == 0 && isChildGone, "\(outcome)")
    }

    @Test func `that tells of tasks which it has not named is not listened to`() throws {
        let (outcome, isChildGone) = try attack("unknown-tasks")
        #expect(outcome.code == 0 && isChildGone, "\(outcome)")
        let told = outcome.errorText.split(separator: "\n").filter { $0.contains("progress") || $0.contains("try") }
        #expect(told == ["progress 3 of 4"], "\(outcome)")
    }

    @Test func `that gives up requests and asks again under their numbers takes no place at the host for good`() throws {
        let (outcome, isChildGone) = try attack("reused-requests")
        #expect(outcome.code == 0 && isChildGone, "\(outcome)")
    }

    @Test func `that claims success for an error gets no exit code 0`() throws {
        let (outcome, isChildGone) = try attack("claims-success")
        #expect(outcome.code == 1 && isChildGone, "\(outcome)")
    }

    @Test(arguments: [
        ("late-recipe", 2, "recipe: it has to come first in the script\nthe script has already called the host (spawn)\n"),
        ("second-recipe", 2, "recipe: the script has a recipe already\nits limits hold to the end of the run\n"),
        ("loosened-recipe", 77, "the program sleep is not declared by this recipe\nit declares: true\n"),
    ])
    func `that declares a recipe late, or another one, is refused, and the first one holds`(
        name: String, code: Int32, words: String
    ) throws {
        let (outcome, isChildGone) = try attack(name)
        #expect(outcome.code == code && isChildGone, "\(outcome)")
        #expect(outcome.errorText.hasPrefix(words), "\(outcome)")
    }
}
