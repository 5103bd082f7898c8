// Tries single system calls in a child that is locked down like the worker. In C: nothing of Swift runs after the fork.
#ifndef VS_SANDBOX_PROBE_H
#define VS_SANDBOX_PROBE_H

#include <CSystemShims.h>

/// What the child tries. The order is that of the table in the body.
typedef enum {
    // What must work.
    VS_PROBE_SOCKET_ECHO,
    VS_PROBE_ALLOCATE,
    VS_PROBE_CLOCKS,
    VS_PROBE_LOCAL_TIME,
    VS_PROBE_NOTHING_INHERITED,
    // What must end the process.
    VS_PROBE_OPEN,
    VS_PROBE_OPENAT,
    VS_PROBE_MKDIR,
    VS_PROBE_PARENT_ENVIRONMENT,
    VS_PROBE_SOCKET,
    VS_PROBE_EXECVE,
    VS_PROBE_PTRACE,
    VS_PROBE_KILL,
    VS_PROBE_FORK,
    VS_PROBE_CLONE,
    VS_PROBE_MMAP_EXEC,
    VS_PROBE_MMAP_FILE,
    VS_PROBE_MPROTECT_EXEC,
    VS_PROBE_PRCTL,
    VS_PROBE_WRITE_ELSEWHERE,
    VS_PROBE_READ_ELSEWHERE,
    VS_PROBE_WRITEV,
    VS_PROBE_SENDMSG,
    VS_PROBE_DUP,
    VS_PROBE_IOCTL,
    VS_PROBE_IO_URING,
    VS_PROBE_PROCESS_VM_READV,
    VS_PROBE_MEMFD,
    VS_PROBE_BPF,
    VS_PROBE_OTHER_ABI,
} vs_probe_action;

/// How the child ended.
typedef struct {
    /// Its exit code: 0 the attempt worked, otherwise the errno it met; -1 when a signal ended it.
    int code;
    /// The signal that ended it; 0 for none.
    int signal;
    /// What the lock-down said, and its result.
    vs_sys_sandbox_report report;
    int result;
} vs_probe_outcome;

/// True where a sanitizer is built in: its runtime makes system calls of its own, which the filter would punish.
bool vs_probe_is_sanitized(void);

/// Forks, locks the child down and lets it try `action`. `without_filter` leaves the system call filter off.
/// `address_space_limit` as in the options. The child has 10 s.
vs_probe_outcome vs_probe(vs_probe_action action, bool without_filter, uint64_t address_space_limit);

#endif
