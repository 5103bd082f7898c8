import CSandboxProbe
import CSystemShims
import Foundation
import Testing

/// What one attempt is called and what it must come to.
private struct Attempt: Sendable, CustomTestStringConvertible {
    var name: String
    var action: vs_probe_action
    var testDescription: String { name }
}

@Suite struct `The worker's lock-down` {
    private static let allowed = [
        Attempt(name: "reading and writing the socket", action: VS_PROBE_SOCKET_ECHO),
        Attempt(name: "allocating 64 MiB and many small blocks, and freeing them", action: VS_PROBE_ALLOCATE),
        Attempt(name: "asking every clock", action: VS_PROBE_CLOCKS),
        Attempt(name: "local time", action: VS_PROBE_LOCAL_TIME),
    ]

    private static let forbidden = [
        Attempt(name: "open", action: VS_PROBE_OPEN),
        Attempt(name: "openat", action: VS_PROBE_OPENAT),
        Attempt(name: "mkdir", action: VS_PROBE_MKDIR),
        Attempt(name: "the parent's environment", action: VS_PROBE_PARENT_ENVIRONMENT),
        Attempt(name: "socket", action: VS_PROBE_SOCKET),
        Attempt(name: "execve", action: VS_PROBE_EXECVE),
        Attempt(name: "ptrace", action: VS_PROBE_PTRACE),
        Attempt(name: "kill", action: VS_PROBE_KILL),
        Attempt(name: "fork", action: VS_PROBE_FORK),
        Attempt(name: "clone3", action: VS_PROBE_CLONE),
        Attempt(name: "mmap of executable memory", action: VS_PROBE_MMAP_EXEC),
        Attempt(name: "mmap of a descriptor", action: VS_PROBE_MMAP_FILE),
        Attempt(name: "mprotect to executable", action: VS_PROBE_MPROTECT_EXEC),
        Attempt(name: "prctl", action: VS_PROBE_PRCTL),
        Attempt(name: "write to another descriptor", action: VS_PROBE_WRITE_ELSEWHERE),
        Attempt(name: "read from another descriptor", action: VS_PROBE_READ_ELSEWHERE),
        Attempt(name: "writev", action: VS_PROBE_WRITEV),
        Attempt(name: "sendmsg", action: VS_PROBE_SENDMSG),
        Attempt(name: "dup", action: VS_PROBE_DUP),
        Attempt(name: "ioctl", action: VS_PROBE_IOCTL),
        Attempt(name: "io_uring_setup", action: VS_PROBE_IO_URING),
        Attempt(name: "process_vm_readv", action: VS_PROBE_PROCESS_VM_READV),
        Attempt(name: "memfd_create", action: VS_PROBE_MEMFD),
        Attempt(name: "bpf", action: VS_PROBE_BPF),
        Attempt(name: "a call by another ABI", action: VS_PROBE_OTHER_ABI),
    ]

    private static let hasFilter = vs_sys_seccomp_available()
    private static let isSanitized = vs_probe_is_sanitized()
    private static let landlock = vs_sys_landlock_version()

    @Test(
        .enabled(if: hasFilter, "this kernel has no seccomp filters"),
        .disabled(if: isSanitized, "a sanitizer makes system calls of its own"),
        arguments: allowed)
    fileprivate func `what the worker needs works`(attempt: Attempt) {
        let outcome = vs_probe(attempt.action, false, 0)
        #expect(outcome.signal == 0)
        #expect(outcome.code == 0)
        #expect(outcome.report.filter_error == 0)
    }

    @Test(.enabled(if: hasFilter, "this kernel has no seccomp filters"), arguments: forbidden)
    fileprivate func `everything else ends the process`(attempt: Attempt) {
        let outcome = vs_probe(attempt.action, false, 0)
        #expect(outcome.report.filter_error == 0)
        #expect(outcome.signal == SIGSYS)
    }

    @Test func `the report tells what stands, and says that nothing is missing where the kernel has it all`() {
        let outcome = vs_probe(VS_PROBE_CLOCKS, false, 0)
        #expect(outcome.report.no_new_privileges_error == 0)
        #expect(outcome.report.undumpable_error == 0)
        #expect(outcome.report.limits_error == 0)
        #expect(outcome.report.descriptors_error == 0)
        #expect(outcome.report.landlock_abi == Int32(Self.landlock))
        #expect((outcome.report.landlock_error == 0) == (Self.landlock > 0))
        #expect((outcome.report.filter_error == 0) == Self.hasFilter)
        #expect((outcome.result == 0) == (Self.landlock > 0 && Self.hasFilter))
        if Self.landlock >= 6 {
            #expect(outcome.report.landlock_files & 0xFFFF == 0xFFFF)
            #expect(outcome.report.landlock_network & 3 == 3)
            #expect(outcome.report.landlock_scopes & 3 == 3)
        }
    }

    @Test(.enabled(if: landlock >= 1, "this kernel has no Landlock"))
    func `without the filter Landlock still denies files and programs`() {
        for action in [VS_PROBE_MKDIR, VS_PROBE_EXECVE] {
            let outcome = vs_probe(action, true, 0)
            #expect(outcome.code == EACCES)
            #expect(outcome.report.filter_error == Int32(VS_SYS_SANDBOX_NOT_ASKED))
        }
    }

    @Test(.enabled(if: landlock >= 6, "this kernel's Landlock has no scopes"))
    func `without the filter Landlock still denies signals and tracing`() {
        #expect(vs_probe(VS_PROBE_KILL, true, 0).code == EPERM)
        #expect(vs_probe(VS_PROBE_PTRACE, true, 0).code == EPERM)
    }

    @Test func `without the filter no descriptor can be made and none but the socket is left, nor an environment`() {
        #expect(vs_probe(VS_PROBE_SOCKET, true, 0).code == EMFILE)
        #expect(vs_probe(VS_PROBE_MEMFD, true, 0).code == EMFILE)
        #expect(vs_probe(VS_PROBE_DUP, true, 0).code == EMFILE)
        #expect(vs_probe(VS_PROBE_OPENAT, true, 0).code == EMFILE)
        #expect(vs_probe(VS_PROBE_WRITE_ELSEWHERE, true, 0).code == EBADF)
        #expect(vs_probe(VS_PROBE_NOTHING_INHERITED, true, 0).code == 0)
    }

    @Test(
        .enabled(if: hasFilter, "this kernel has no seccomp filters"),
        .disabled(if: isSanitized, "a sanitizer makes system calls of its own"))
    func `a limit on the address space is kept`() {
        #expect(vs_probe(VS_PROBE_ALLOCATE, false, 16 << 20).code == ENOMEM)
    }
}
