// What the host does to itself, and how it makes the worker.
#ifndef VS_HARDENING_H
#define VS_HARDENING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/// Makes this process unreadable to others of its user (PR_SET_DUMPABLE 0) and keeps it from dumping core and from
/// printing its registers in a crash. Gives false where the system has none of it.
bool vs_sys_harden(void);

/// Lets no core of this process be written: RLIMIT_CORE 1, hard, which is too small for a file, and the one limit that
/// Linux heeds where core_pattern hands cores to a program. 0 where no more is allowed. Async-signal-safe. 0, or -1 with
/// errno.
int vs_sys_limit_cores(void);

/// Opens /dev/null for whichever of the descriptors 0, 1 and 2 is closed, so that nothing else gets its number.
void vs_sys_fill_standard_descriptors(void);

/// Forks a process that shares one socket pair with this one. In the child the result is 0 and `*socket` its end; it
/// dies with its parent, and ignores the signals of a terminal, which are the host's affair. In the parent the result is the child's pid, `*socket` the parent's end (non-blocking,
/// close-on-exec) and `*process` a pidfd. -1 with errno on failure. Call it before any thread is started.
pid_t vs_sys_fork_connected(int *socket, int *process);

/// Opens a file beneath the folder `folder` (an open descriptor) for reading, following no link, `..` out of it (openat2
/// RESOLVE_BENEATH; without it see vs_sys_open_beneath_stepwise). A descriptor that the caller closes; -1 with errno:
/// EXDEV for a way out.
int vs_sys_open_beneath(int folder, const char *path);

/// Reads all of a regular file, at most `size` bytes. Gives their number; -1 with errno: EFBIG for a larger file, EISDIR
/// or EINVAL for what is no regular file.
ssize_t vs_sys_read_whole(int file, void *buffer, size_t size);

/// How vs_sys_open_beneath opens where the kernel has no openat2: one folder after the other, and no link at all, not
/// even one that stays inside (ELOOP). Gives a descriptor that the caller closes, or -1 with errno. Apart for the tests.
int vs_sys_open_beneath_stepwise(int folder, const char *path);

/// A descriptor for the same terminal or pipe as `descriptor` that can be made non-blocking without touching the one
/// that others share; -1 where there is none (a file, a socket, another user's pipe). The caller closes it.
int vs_sys_reopen_for_writing(int descriptor);

#endif
