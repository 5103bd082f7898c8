import TestSupport
import Testing

/// Kernels that lack a layer: the run goes on with the others. `OldKernel` refuses the system calls.
@Suite struct `On an old kernel` {
    private static let program = Program.folder + "/OldKernel"

    @Test(arguments: ["memfd_secret", "landlock", "seccomp", "terminals", "memfd_secret,landlock,seccomp,terminals"])
    func `a run goes on without what is missing`(missing: String) throws {
        let canary = Canary()
        let vault = try DevelopmentVault(secrets: ["PAT": canary.value])
        let code = #"""
            local h = getSecret("PAT")
            print(h, spawn{ "sh", "-c", 'test "$A" && printf %s "$A"; cat', env = { A = h }, stdin = h, capture = true }.stdout)
            print((spawn{ "sh", "-c", 'test -t 1 && echo "$A"', env = { A = h }, tty = true, capture = true }.stdout:gsub("%s", "")))
            print(pcall(getSecret, "NOT_THERE"))
            """#
        let outcome = try Program.run(
            [missing, Program.path, "-e", code], environment: vault.environment, program: Self.program)
        #expect(outcome.code == 0 && outcome.errorText.isEmpty, "\(outcome)")
        #expect(outcome.text.hasPrefix("[secret:PAT]\t[secret:PAT][secret:PAT]\n[secret:PAT]\nfalse\t"), "\(outcome)")
        #expect(canary.found(in: outcome) == nil)
    }

    @Test func `a program is not started without its filter for a lack of memory`() throws {
        let outcome = try Program.run(
            ["filter_memory", Program.path, "-e", "spawn{ 'echo', 'it ran' }"], program: Self.program)
        #expect(outcome.code != 0 && !outcome.text.contains("it ran"), "\(outcome)")
        #expect(outcome.errorText.contains("Cannot allocate memory"), "\(outcome)")
    }

    @Test func `without Landlock the filter still ends a hostile worker`() throws {
        let outcome = try Program.run(
            ["landlock", Program.folder + "/HostileWorker", "open", "0.1"], program: Self.program)
        #expect(outcome.code == 1 && outcome.errorText.contains("stopped by its sandbox (SIGSYS)"), "\(outcome)")
    }
}
