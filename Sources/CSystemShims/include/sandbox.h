// The worker's lock-down: what stands between a broken Lua interpreter and the machine.
#ifndef VS_SANDBOX_H
#define VS_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

/// What the worker keeps.
typedef struct {
    /// The one descriptor that may be read and written afterwards.
    int socket;
    /// Leaves descriptor 2 open. Writing to it ends the process all the same, unless seccomp is missing.
    bool keep_standard_error;
    /// Overwrites the environment in place first. The time zone is kept, so that os.date still answers.
    bool erase_environment;
    /// RLIMIT_AS in bytes; 0 for none.
    uint64_t address_space_limit;
    /// RLIMIT_DATA in bytes: what the process may map for itself, wherever that lies; 0 for none.
    uint64_t data_limit;
    /// For tests: all layers but the system call filter, which would hide the others.
    bool without_filter;
} vs_sys_sandbox_options;

/// What was applied. An error number of 0 means that the layer stands.
typedef struct {
    /// PR_SET_NO_NEW_PRIVS.
    int no_new_privileges_error;
    /// PR_SET_DUMPABLE 0: no core dump, no ptrace, /proc/PID closed to others.
    int undumpable_error;
    /// RLIMIT_CORE, NPROC, FSIZE and NOFILE 0 (what is open stays usable), AS and DATA as asked.
    int limits_error;
    /// Every other descriptor is closed.
    int descriptors_error;
    /// A Landlock domain that handles all rights and grants none.
    int landlock_error;
    /// The seccomp filter; VS_SYS_SANDBOX_NOT_ASKED with `without_filter`.
    int filter_error;
    /// The kernel's Landlock ABI; 0 where there is none.
    int landlock_abi;
    /// The rights that the domain handles: files, network, scopes (the kernel's own bits).
    uint64_t landlock_files, landlock_network, landlock_scopes;
} vs_sys_sandbox_report;

enum { VS_SYS_SANDBOX_NOT_ASKED = -1 };

/// Locks this process down for good, as far as the kernel can: every layer is tried, whatever became of the others.
///
/// Afterwards a system call outside the list ends the process with SIGSYS. On the list: read and write on the socket,
/// brk, anonymous mmap, mprotect (both never executable), mremap, munmap, madvise, futex, getrandom, clock_gettime,
/// gettimeofday, rt_sigreturn, rt_sigprocmask, restart_syscall, exit, exit_group. So: no standard I/O (its first use
/// asks fstat), no abort (tgkill), and `_exit` rather than `exit`. Signal handlers are installed before. A trap of
/// Swift's, which writes its reason first, ends in SIGSYS too. x86_64 and aarch64; elsewhere the filter is reported as
/// missing.
///
/// For a process with one thread. Gives 0 when all layers stand; -1 otherwise, with the details in `report`.
int vs_sys_sandbox_worker(const vs_sys_sandbox_options *options, vs_sys_sandbox_report *report);

/// The CPU time that a child process has used, in nanoseconds; -1 where it is gone or the system cannot tell. The caller
/// has not reaped it, so the number is still its own.
int64_t vs_sys_cpu_time(int pid);

/// True where the kernel has seccomp filters that can end a process.
bool vs_sys_seccomp_available(void);

#endif
